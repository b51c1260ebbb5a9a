//! The picture: header, page and footer, each where it stands now.

use std::sync::Arc;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ui::{Role, Seen, Sign, Styles};
use vocab::Time;
use world::priorities::Visibility;
use world::query::{Items, Totals, items, totals};
use world::{Interest, Item};

use crate::canvas::Canvas;
use crate::heartbeat::{BEATS, is_night, shift, swapped};
use crate::pages::{Page, Sheet, at_risk, silence};
use crate::rotation::Rotation;
use crate::sheet;
use crate::sight::{Sight, sight};
use crate::verdict::Verdict;

/// Below this there is no room to wander in.
const ROOMY: (u16, u16) = (40, 11);

/// The wall's own state: which page, and how often it was drawn.
pub struct Picture {
    styles: Styles,
    zone: TimeZone,
    rotation: Rotation,
    /// Whether amounts of money may be seen.
    money: bool,
    beat: u64,
}

/// What is known at the moment of a frame.
struct Moment<'a> {
    seen: Seen<'a>,
    /// All items.
    items: Items,
    /// Those that are to be seen to now.
    shown: Vec<Arc<Item>>,
    sight: Sight,
    verdict: Verdict,
    pages: Vec<Page>,
    page: Page,
}

impl Picture {
    /// A picture with these colours and this local time, whose pages stay so many seconds; with or without money.
    pub const fn new(styles: Styles, zone: TimeZone, seconds: u32, money: bool) -> Self {
        Self {
            styles,
            zone,
            rotation: Rotation::new(seconds),
            money,
            beat: 0,
        }
    }

    /// The containers whose figures its page shows.
    pub fn interest(seen: Seen<'_>) -> Interest {
        Interest {
            containers: Page::containers(seen),
            ..Interest::default()
        }
    }

    /// Draws one frame over the whole buffer.
    pub fn draw(&mut self, buffer: &mut Buffer, seen: Seen<'_>) {
        self.beat = self.beat.wrapping_add(1);
        let moment = self.moment(seen);
        buffer.set_style(buffer.area, self.styles.of(Role::Screen));
        let styles = self.styles.clone();
        let mut canvas = Canvas::new(buffer, &styles);
        let area = inside(canvas.buffer.area, seen.now);
        self.lay_out(&mut canvas, area, &moment);
        if is_night(seen.now, &self.zone) {
            canvas.dim();
        }
    }

    fn moment<'a>(&mut self, seen: Seen<'a>) -> Moment<'a> {
        let items = items(seen.world, seen.now);
        let now = |item: &&Arc<Item>| item.visibility == Visibility::Shown;
        let shown: Vec<Arc<Item>> = items.iter().filter(now).cloned().collect();
        let sight = sight(seen.world, seen.now);
        let verdict = Verdict::of(seen.world, &items, &sight);
        let pages = Page::with_something(seen, &shown, self.money);
        let top: Vec<_> = shown.iter().take(3).map(|item| &item.about).collect();
        let page = self.rotation.turn(&pages, &top, seen.now);
        Moment {
            seen,
            items,
            shown,
            sight,
            verdict,
            pages,
            page,
        }
    }

    fn lay_out(&self, canvas: &mut Canvas<'_>, area: Rect, moment: &Moment<'_>) {
        let unit = canvas.unit;
        if area.width == 0 || area.height == 0 {
            return;
        }
        if area.height < unit + 5 {
            self.header(canvas, area, moment);
            let below = Rect {
                y: area.y + 1,
                height: area.height - 1,
                ..area
            };
            sheet::draw(canvas, below, &self.sheet(moment));
            return;
        }
        let swapped = swapped(moment.seen.now, &self.zone);
        let (above, below) = if swapped {
            (unit + 1, unit)
        } else {
            (unit, unit + 1)
        };
        let top = Rect {
            height: above,
            ..area
        };
        let bottom = Rect {
            y: area.bottom() - below,
            height: below,
            ..area
        };
        let body = Rect {
            y: top.bottom() + 1,
            height: bottom.y - top.bottom() - 2,
            ..area
        };
        let (header, footer) = if swapped {
            (bottom, top)
        } else {
            (top, bottom)
        };
        let faint = self.styles.of(Role::Faint);
        canvas.rule(area.x, top.bottom(), area.width, faint);
        canvas.rule(area.x, bottom.y - 1, area.width, faint);
        self.header(canvas, header, moment);
        self.footer(canvas, footer, moment);
        sheet::draw(canvas, body, &self.sheet(moment));
    }

    fn sheet(&self, moment: &Moment<'_>) -> Sheet {
        match moment.verdict {
            Verdict::Blind(_) => silence(&moment.sight, moment.seen.now),
            _ if moment.pages.is_empty() => sheet::nothing(),
            _ => moment
                .page
                .sheet(moment.seen, &moment.items, &moment.shown, self.money),
        }
    }

    /// The verdict at the left, clock and heartbeat at the right, and what fits between.
    fn header(&self, canvas: &mut Canvas<'_>, area: Rect, moment: &Moment<'_>) {
        let (unit, y) = (canvas.unit, area.y);
        let sign = moment.verdict.sign();
        let style = self.styles.of(sign.role);
        let mut end = self.heartbeat(canvas, area);
        let clock = self.local(moment.seen.now, "%H:%M:%S");
        if canvas.width(sign.word) + canvas.width(&clock) + 6 * unit <= area.width {
            end = canvas.text_before(end - unit, y, &clock, self.styles.of(Role::Text));
        }
        canvas.shape(area.x, y, sign.glyph, style);
        let mut x = area.x + 2 * unit;
        x = canvas.text(x, y, end.saturating_sub(x), sign.word, style);
        let mut words = Vec::new();
        let sees = self.money && !matches!(moment.verdict, Verdict::Blind(_) | Verdict::Waiting);
        if let Some(risk) = at_risk(&moment.items).filter(|_| sees) {
            words.push((risk, Role::Bad));
        }
        match (moment.verdict, moment.shown.len()) {
            (Verdict::Blind(since), _) if since > Time(0) => {
                words.push((format!("since {}", self.local(since, "%H:%M")), sign.role));
            }
            (Verdict::Blind(_) | Verdict::Waiting, _) | (_, 0) => {}
            (_, 1) => words.push(("1 item".to_owned(), Role::Text)),
            (_, count) => words.push((format!("{count} items"), Role::Text)),
        }
        if moment.seen.world.demo {
            words.push(("DEMO".to_owned(), Role::Accent));
        }
        for (word, role) in words {
            let from = x + unit + unit.div_ceil(2);
            // Half a word misleads; one that finds no room big is still said small.
            if from + canvas.width(&word) < end {
                x = canvas.text(from, y, end - from, &word, self.styles.of(role));
            } else if usize::from(from) + word.len() < usize::from(end) {
                x = canvas.small(from, y + unit / 2, end - from, &word, self.styles.of(role));
            }
        }
    }

    /// A mark that is somewhere else in each frame; returns the column before it.
    fn heartbeat(&self, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let unit = canvas.unit;
        let width = (BEATS as u16) * unit;
        let x = area.right().saturating_sub(width).max(area.x);
        let place = (self.beat % BEATS) as u16;
        for beat in 0..BEATS as u16 {
            let (glyph, role) = if beat == place {
                ("◆", Role::Accent)
            } else {
                ("•", Role::Faint)
            };
            if x + beat * unit < area.right() {
                canvas.shape(x + beat * unit, area.y, glyph, self.styles.of(role));
            }
        }
        x
    }

    /// How many are well of each kind; under it how old the figures may be, and which page this is.
    fn footer(&self, canvas: &mut Canvas<'_>, area: Rect, moment: &Moment<'_>) {
        let unit = canvas.unit;
        let mut counts = Count::all(totals(moment.seen.world, moment.seen.now), moment.seen);
        if matches!(moment.verdict, Verdict::Blind(_) | Verdict::Waiting) {
            counts.iter_mut().for_each(Count::forget);
        }
        let width = |canvas: &Canvas<'_>, label: fn(&Count) -> &'static str| -> u16 {
            counts
                .iter()
                .map(|count| 4 + label(count).len() as u16 + canvas.width(&count.text()))
                .sum()
        };
        // Short labels where the long ones find no room.
        let label: fn(&Count) -> &'static str =
            if width(canvas, |count| count.label) <= area.width + 3 {
                |count| count.label
            } else {
                |count| count.short
            };
        let mut x = area.x;
        for count in &counts {
            x = canvas.small(
                x,
                area.y + unit / 2,
                area.right().saturating_sub(x),
                label(count),
                self.styles.of(Role::Dim),
            ) + 1;
            x = canvas.text(
                x,
                area.y,
                area.right().saturating_sub(x),
                &count.text(),
                self.styles.of(count.role),
            ) + 3;
        }
        let y = area.y + unit;
        let dots = self.dots(moment);
        let x = canvas.small_before(area.right(), y, &dots, self.styles.of(Role::Dim));
        let old = if moment.sight.silent.is_empty() {
            Role::Dim
        } else {
            Role::Warn
        };
        canvas.small(
            area.x,
            y,
            x.saturating_sub(area.x + 1),
            &moment.sight.words(moment.seen.now),
            self.styles.of(old),
        );
    }

    /// `● ○ ○`, and whether a new item holds its page.
    fn dots(&self, moment: &Moment<'_>) -> String {
        if matches!(moment.verdict, Verdict::Blind(_)) {
            return String::new();
        }
        let dot = |page: &Page| if *page == moment.page { "●" } else { "○" };
        let dots = moment.pages.iter().map(dot).collect::<Vec<_>>().join(" ");
        if self.rotation.is_pinned() {
            format!("new  {dots}")
        } else {
            dots
        }
    }

    fn local(&self, time: Time, form: &str) -> String {
        time.timestamp()
            .to_zoned(self.zone.clone())
            .strftime(form)
            .to_string()
    }
}

/// How many of a kind are well.
struct Count {
    label: &'static str,
    short: &'static str,
    /// `None` when it cannot be known.
    well: Option<usize>,
    all: usize,
    role: Role,
}

impl Count {
    /// Of every kind there is any of.
    fn all(totals: Totals, seen: Seen<'_>) -> Vec<Self> {
        let answers = |name| {
            seen.world
                .nodes
                .get(name)
                .is_some_and(|node| Sign::of_node(node, seen.now).role == Role::Ok)
        };
        let up = seen.world.nodes.keys().filter(|name| answers(name)).count();
        // What runs on a silent node is not known to run.
        let running = seen.world.containers.values().filter(|tracked| {
            answers(&tracked.key.node)
                && !matches!(
                    Sign::of_container(tracked, true, seen.now).role,
                    Role::Bad | Role::Warn | Role::Unknown
                )
        });
        let count = |label, short, well, all, down: bool| {
            let role = if down {
                Role::Bad
            } else if well < all {
                Role::Warn
            } else {
                Role::Ok
            };
            Self {
                label,
                short,
                well: Some(well),
                all,
                role,
            }
        };
        let kinds = [
            count("nodes", "nodes", up, totals.nodes, totals.nodes_down > 0),
            count(
                "services",
                "svc",
                totals.services_healthy,
                totals.services,
                totals.services_down > 0,
            ),
            count(
                "containers",
                "ctr",
                running.count(),
                totals.containers,
                false,
            ),
        ];
        kinds.into_iter().filter(|count| count.all > 0).collect()
    }

    fn text(&self) -> String {
        self.well.map_or_else(
            || format!("--/{}", self.all),
            |well| format!("{well}/{}", self.all),
        )
    }

    /// Nobody can say how many are well.
    const fn forget(&mut self) {
        self.well = None;
        self.role = Role::Stale;
    }
}

/// The area within the margin, wherever the frame has wandered to.
fn inside(area: Rect, now: Time) -> Rect {
    if area.width < ROOMY.0 || area.height < ROOMY.1 {
        return area;
    }
    let (right, down) = shift(now);
    let margin = u16::from(area.width >= 60);
    Rect::new(
        area.x + margin + right,
        area.y + down,
        area.width - 2 - 2 * margin,
        area.height - 2,
    )
}
