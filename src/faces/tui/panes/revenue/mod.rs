//! Revenue: what the sites bring in a month, what of it is left, by affiliate, site and month; what was billed.
//!
//! Flow: `report` (figures and affiliates, as lines) → this pane (areas, actions) ← `list` (a row for each site).

mod list;
mod report;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ui::widgets::{message, put};
use ui::{Action, Figure, Filter, Look, Outcome, Pane, Role, Seen, Title, View};
use vocab::{Domain, Text};
use world::About;
use world::query::income::{Revenue as Figures, csv, revenue};

use super::amounts::invoice_lines;
use super::browse::{Browse, Pages};
use super::shared::list_words;

const TABS: [&str; 4] = ["sites", "affiliates", "months", "invoices"];
const PAGES: Pages = Pages {
    list: TABS.len(),
    detail: 1,
    columns: list::SORTS.len(),
};

/// From so many cells on the affiliates stand beside the figures.
const BESIDE: u16 = 136;

/// The cells they take there.
const AFFILIATES: u16 = 66;

/// Below so many rows the figures are left to the overview, and the table has the room.
const LOW: u16 = 26;

/// The pane.
#[derive(Default)]
pub struct Revenue {
    browse: Browse<Domain>,
}

/// The figures, or why there are none and what to do about it.
fn figures(seen: Seen<'_>) -> Result<Figures, (String, String)> {
    match revenue(seen.world, seen.now) {
        Some(Ok(figures)) => Ok(figures),
        Some(Err(error)) => Err((
            "The revenue cannot be reckoned.".to_owned(),
            format!("{error}: give [hosting] an exchange for it."),
        )),
        None if seen.world.terms.is_none() => Err((
            "Nothing is sold here.".to_owned(),
            "Write [hosting] with a price into the fleet file; revenue is reckoned from its terms and the sites.".to_owned(),
        )),
        None => Err((
            "No site is hosted.".to_owned(),
            "wheelhouse deploy DOMAIN PATH --affiliate NAME makes one.".to_owned(),
        )),
    }
}

fn draw_lines(buffer: &mut Buffer, area: Rect, lines: Vec<Line<'static>>) {
    for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        put(buffer, area.x + 1, y, area.width.saturating_sub(2), line);
    }
}

impl Revenue {
    fn draw_whole(
        &mut self,
        figures: &Figures,
        seen: Seen<'_>,
        look: &Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let beside = area.width >= BESIDE && self.browse.tab == 0;
        let left = if beside {
            area.width - AFFILIATES
        } else {
            area.width
        };
        let width = usize::from(left.saturating_sub(2));
        let summary = if area.height < LOW {
            report::brief(figures, seen, look, width)
        } else {
            let mut lines = report::lines(figures, seen, look, width);
            lines.extend(report::course(seen, look));
            lines
        };
        let high = (summary.len() as u16 + 1).min(area.height / 2);
        let top = Rect {
            height: high,
            ..area
        };
        let body = Rect {
            y: area.y + high,
            height: area.height - high,
            ..area
        };
        draw_lines(buffer, Rect { width: left, ..top }, summary);
        let affiliates = || report::affiliates(figures, look);
        if beside {
            let beside = Rect {
                x: area.x + left,
                width: AFFILIATES,
                height: high.saturating_sub(1),
                ..area
            };
            draw_lines(
                buffer,
                beside,
                report::cut(affiliates(), usize::from(beside.height), look),
            );
        }
        let lines = match self.browse.tab {
            0 => None,
            1 => Some(affiliates()),
            2 => Some(report::months(seen, look)),
            _ => Some(invoice_lines(None, seen, look)),
        };
        if let Some(lines) = lines {
            self.browse.page.draw(buffer, body, lines);
            return;
        }
        list::draw(&mut self.browse.list, figures, seen, look, body, buffer);
    }
}

impl Pane for Revenue {
    fn view(&self) -> View {
        View::Revenue
    }

    fn scopes(&self) -> &'static [&'static str] {
        if self.browse.tab == 0 {
            &["pane.revenue", "list"]
        } else {
            &["pane.revenue", "text"]
        }
    }

    fn title(&self, seen: Seen<'_>, look: &Look<'_>) -> Title {
        let styles = look.styles;
        let mut extra = list_words(styles, &self.browse.list);
        if look.whole && !seen.world.sites.is_empty() && seen.world.terms.is_some() {
            for (index, name) in TABS.iter().enumerate() {
                let role = if index == self.browse.tab {
                    Role::TabActive
                } else {
                    Role::Tab
                };
                extra.push(styles.ink(role, format!("{name} ")));
            }
        } else {
            extra.push(styles.ink(Role::Dim, "a month"));
        }
        Title {
            extra,
            note: Line::default(),
        }
    }

    fn draw(&mut self, seen: Seen<'_>, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
        match figures(seen) {
            Err((first, then)) => message(buffer, area, look, &first, &then),
            Ok(figures) if look.whole => self.draw_whole(&figures, seen, look, area, buffer),
            Ok(figures) => {
                let width = usize::from(area.width.saturating_sub(2));
                draw_lines(buffer, area, report::lines(&figures, seen, look, width));
            }
        }
    }

    fn act(&mut self, action: Action, seen: Seen<'_>, whole: bool) -> Outcome {
        let Ok(figures) = figures(seen) else {
            return Outcome::Ignored;
        };
        match action {
            Action::RevenueExport => {
                let moment = seen.now.to_string().replace([':', '.'], "-");
                return Outcome::Export {
                    name: format!("revenue-{moment}.csv"),
                    text: match self.browse.tab {
                        0 => csv::sites(&figures, seen.world),
                        1 => csv::affiliates(&figures),
                        2 => csv::months(&report::trend(seen)),
                        _ => csv::invoices(seen.world, None, seen.now),
                    },
                };
            }
            // The figures alone have no rows: the key opens the tables.
            Action::ListOpen if !whole => return Outcome::Ignored,
            _ => {}
        }
        let keys = list::keys(&self.browse.list, &figures, seen);
        if self.browse.act(action, &keys, PAGES, whole) {
            return Outcome::Done;
        }
        let Some(index) = self.browse.list.settle(&keys) else {
            return Outcome::Ignored;
        };
        let domain = &keys[index];
        match action {
            Action::ListOpen => Outcome::Jump(About::Site(domain.clone())),
            Action::CopyCell => Outcome::Copy(domain.to_string()),
            Action::CopyCommand => Outcome::Copy("wheelhouse revenue --by site --csv".to_owned()),
            action if action.definition().risk.changes() => {
                Outcome::Say(Text::line("figures are looked at; sites are changed in 7"))
            }
            _ => Outcome::Ignored,
        }
    }

    fn back(&mut self) -> bool {
        self.browse.back()
    }

    fn filter(&mut self) -> Option<&mut Filter> {
        Some(&mut self.browse.list.filter)
    }

    fn targets(&mut self, seen: Seen<'_>) -> Vec<About> {
        let Ok(figures) = figures(seen) else {
            return Vec::new();
        };
        let keys = list::keys(&self.browse.list, &figures, seen);
        let index = self.browse.list.settle(&keys);
        index
            .map(|index| About::Site(keys[index].clone()))
            .into_iter()
            .collect()
    }

    fn why(&mut self, seen: Seen<'_>) -> Vec<Figure> {
        figures(seen).map_or_else(
            |_| Vec::new(),
            |figures| {
                report::rows(&figures, seen)
                    .into_iter()
                    .map(|row| Figure::new(row.label, row.amount, row.note))
                    .collect()
            },
        )
    }
}
