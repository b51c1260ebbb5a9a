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
picture!(attention, Fixture::full(), "1", 120, 30);
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
