//! Pictures of every view at several sizes.

use super::Bench;
use crate::fixture::Fixture;

macro_rules! picture {
    ($name:ident, $world:expr, $keys:literal, $width:literal, $height:literal) => {
        #[test]
        fn $name() {
            let mut bench = Bench::new($world);
            bench.press($keys);
            insta::assert_snapshot!(bench.screen($width, $height));
        }
    };
}

picture!(overview, Fixture::full(), "", 160, 48);
picture!(overview_small, Fixture::full(), "", 80, 24);
picture!(overview_narrow, Fixture::full(), "", 60, 20);
picture!(overview_line, Fixture::full(), "", 28, 4);
picture!(top, Fixture::full(), "1", 120, 30);
picture!(top_all, Fixture::hosting(), "1A", 160, 48);
picture!(item, Fixture::full(), "1<enter>", 160, 48);
picture!(item_small, Fixture::full(), "1<enter>", 80, 24);
picture!(item_narrow, Fixture::full(), "1<enter>", 60, 20);
picture!(item_snoozed, Fixture::full(), "1z", 100, 30);
picture!(nodes, Fixture::full(), "2", 120, 30);
picture!(node, Fixture::full(), "2<enter>", 160, 48);
picture!(node_small, Fixture::full(), "2<enter>", 80, 24);
picture!(containers, Fixture::full(), "3", 160, 30);
picture!(containers_small, Fixture::full(), "3", 80, 24);
picture!(container, Fixture::full(), "3<enter>", 160, 48);
picture!(container_environment, Fixture::full(), "3<enter>]", 80, 24);
picture!(services, Fixture::full(), "4", 120, 30);
picture!(service, Fixture::full(), "4<enter>", 80, 40);
picture!(runs, Fixture::full(), "5", 120, 30);
picture!(run, Fixture::full(), "5<enter>", 120, 30);
picture!(audit, Fixture::full(), "5]", 120, 30);
picture!(filtered, Fixture::full(), "3/!aurora", 100, 20);
picture!(menu, Fixture::full(), "3x", 100, 30);
picture!(help, Fixture::full(), "?restart", 100, 24);
picture!(palette, Fixture::full(), ":acme", 100, 24);
picture!(why, Fixture::full(), "2w", 100, 24);
picture!(nothing_known, Fixture::declared().into_world(), "", 120, 36);
picture!(no_docker, Fixture::without_docker(), "3", 80, 24);
picture!(no_fleet, world::World::default(), "", 80, 24);

picture!(hosting_overview, Fixture::hosting(), "", 160, 48);
picture!(hosting_overview_smaller, Fixture::hosting(), "", 120, 40);
picture!(hosting_header_small, Fixture::hosting(), "", 80, 24);
picture!(sites, Fixture::hosting(), "7", 160, 48);
picture!(sites_medium, Fixture::hosting(), "7", 120, 40);
picture!(sites_small, Fixture::hosting(), "7", 80, 24);
picture!(sites_narrow, Fixture::hosting(), "7", 60, 20);
picture!(sites_filtered, Fixture::hosting(), "7/!active", 100, 20);
picture!(site, Fixture::hosting(), "7<enter>", 160, 48);
picture!(site_visits, Fixture::hosting(), "7jjjj<enter>]", 100, 24);
picture!(site_releases, Fixture::hosting(), "7<enter>]]", 80, 24);
picture!(site_backups, Fixture::hosting(), "7<enter>]]]", 80, 24);
picture!(
    site_invoices,
    Fixture::hosting(),
    "7jjjj<enter>]]]]",
    120,
    24
);
picture!(site_objects, Fixture::hosting(), "7<enter>]]]]]", 80, 24);
picture!(site_runs, Fixture::hosting(), "7jjjj<enter>[", 100, 24);
picture!(site_why, Fixture::hosting(), "7w", 100, 24);
picture!(sites_none, Fixture::before_the_first_site(), "7", 80, 24);
picture!(sites_no_hosting, Fixture::full(), "7", 80, 24);
picture!(revenue, Fixture::hosting(), "8", 160, 48);
picture!(revenue_medium, Fixture::hosting(), "8", 120, 40);
picture!(revenue_small, Fixture::hosting(), "8", 80, 24);
picture!(revenue_narrow, Fixture::hosting(), "8", 60, 20);
picture!(revenue_affiliates, Fixture::hosting(), "8]", 80, 24);
picture!(revenue_months, Fixture::hosting(), "8]]", 120, 40);
picture!(revenue_invoices, Fixture::hosting(), "8]]]", 120, 40);
picture!(revenue_none, Fixture::before_the_first_site(), "8", 80, 24);
picture!(revenue_no_hosting, Fixture::full(), "8", 60, 20);

picture!(schedules, Fixture::scheduled(), "9", 160, 48);
picture!(schedules_small, Fixture::scheduled(), "9", 80, 24);
picture!(schedules_narrow, Fixture::scheduled(), "9", 60, 20);
picture!(schedules_filtered, Fixture::scheduled(), "9/drill", 100, 20);
picture!(schedule, Fixture::scheduled(), "9jjj<enter>", 120, 30);
picture!(schedule_asked, Fixture::scheduled(), "9jjjR", 100, 24);
picture!(schedules_none, Fixture::full(), "9", 80, 24);
