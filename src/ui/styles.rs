//! Styles by meaning: the theme's roles as ratatui styles. Panes ask for a role and never name a colour.

use config::Theme;
use config::theme::{Colour, Named, Style as ThemeStyle};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

macro_rules! roles {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// What something means on the screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {
            $(#[doc = $doc] $variant,)*
        }

        /// Every role with its name in a theme file, in the order of the variants.
        const ROLES: &[(Role, &str)] = &[$((Role::$variant, $name),)*];
    };
}

roles! {
    Screen "screen" "The whole screen's ground.";
    Text "text" "What is read.";
    Dim "text.dim" "What is read when one looks for it.";
    Faint "text.faint" "What is hardly there: rules, the screen behind a dialog.";
    Strong "text.strong" "What is read first.";
    Accent "accent" "The one accent.";
    Border "border" "A frame.";
    BorderFocus "border.focus" "The frame of the pane that has the keys.";
    Bar "bar" "The ground of header and footer.";
    BarText "bar.text" "Text of header and footer.";
    BarDim "bar.dim" "Labels of header and footer.";
    Selection "selection" "The ground of the selected row.";
    SelectionText "selection.text" "What stands out in the selected row.";
    Mark "mark" "A marked row.";
    Header "header" "Column titles.";
    Ok "level.ok" "Known to be well.";
    Warn "level.warn" "Will hurt if nobody acts.";
    Bad "level.bad" "Hurts now.";
    Unknown "level.unknown" "Not known; never green.";
    Info "level.info" "Worth knowing.";
    Stale "state.stale" "A figure too old to be believed.";
    Money "money" "Money.";
    Auto "auto" "What the console does by itself.";
    Key "key" "A key to press.";
    Match "match" "Where a search hits.";
    LogError "log.error" "An error's level.";
    LogWarn "log.warn" "A warning's level.";
    LogInfo "log.info" "The level of the course of things.";
    LogDebug "log.debug" "The level of what only its author reads.";
    LogTime "log.time" "A line's time.";
    LogSource "log.source" "A line's source.";
    Graph "graph" "A graph.";
    GraphDim "graph.dim" "What a graph stands on.";
    GraphWarn "graph.warn" "A graph whose figure will hurt.";
    GraphBad "graph.bad" "A graph whose figure hurts.";
    Dialog "dialog" "A dialog's ground.";
    DialogBorder "dialog.border" "A dialog's frame.";
    DialogTitle "dialog.title" "A dialog's title.";
    Input "input" "What is typed.";
    InputCursor "input.cursor" "Where it is typed.";
    Tab "tab" "A page that is not shown.";
    TabActive "tab.active" "The page that is shown.";
    Gap "gap" "Where lines are missing.";
    Marker "marker" "A marker the operator drew.";
}

/// A theme made ready for drawing.
#[derive(Debug, Clone)]
pub struct Styles {
    styles: Vec<Style>,
}

impl Styles {
    /// From a theme. A theme without colour stays without: bold, reverse and dim carry its meaning.
    pub fn new(theme: &Theme) -> Self {
        Self {
            styles: ROLES
                .iter()
                .map(|(_, name)| style(theme.style(name)))
                .collect(),
        }
    }

    /// The style of a role.
    pub fn of(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// Text of a role.
    pub fn ink(
        &self,
        role: Role,
        text: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Span<'static> {
        Span::styled(text, self.of(role))
    }

    /// Text of a role, bold.
    pub fn bold(
        &self,
        role: Role,
        text: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Span<'static> {
        Span::styled(text, self.of(role).add_modifier(Modifier::BOLD))
    }
}

fn style(from: ThemeStyle) -> Style {
    let mut style = Style {
        fg: from.fg.map(colour),
        bg: from.bg.map(colour),
        ..Style::default()
    };
    let marks = from.marks;
    for (is, modifier) in [
        (marks.bold, Modifier::BOLD),
        (marks.dim, Modifier::DIM),
        (marks.italic, Modifier::ITALIC),
        (marks.underline, Modifier::UNDERLINED),
        (marks.reverse, Modifier::REVERSED),
    ] {
        if is {
            style = style.add_modifier(modifier);
        }
    }
    style
}

const fn colour(from: Colour) -> Color {
    match from {
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Reset => Color::Reset,
        Colour::Named(name) => match name {
            Named::Black => Color::Black,
            Named::Red => Color::Red,
            Named::Green => Color::Green,
            Named::Yellow => Color::Yellow,
            Named::Blue => Color::Blue,
            Named::Magenta => Color::Magenta,
            Named::Cyan => Color::Cyan,
            Named::White => Color::Gray,
            Named::BrightBlack => Color::DarkGray,
            Named::BrightRed => Color::LightRed,
            Named::BrightGreen => Color::LightGreen,
            Named::BrightYellow => Color::LightYellow,
            Named::BrightBlue => Color::LightBlue,
            Named::BrightMagenta => Color::LightMagenta,
            Named::BrightCyan => Color::LightCyan,
            Named::BrightWhite => Color::White,
        },
    }
}

#[cfg(test)]
mod tests {
    use config::Report;

    use super::*;

    #[test]
    fn every_role_is_one_a_theme_may_give() {
        for (index, (role, name)) in ROLES.iter().enumerate() {
            assert_eq!(*role as usize, index);
            assert!(config::theme::ROLES.contains(name), "{name}");
        }
        assert_eq!(
            ROLES.len(),
            config::theme::ROLES.len(),
            "and none is forgotten"
        );
    }

    #[test]
    fn the_plain_theme_has_no_colour() {
        let mut report = Report::default();
        let theme = config::theme::load("plain", None, &mut report);
        assert!(report.is_empty(), "{report}");
        let styles = Styles::new(&theme);
        let colours: Vec<_> = ROLES
            .iter()
            .filter(|(role, _)| styles.of(*role).fg.is_some_and(|fg| fg != Color::Reset))
            .collect();
        assert!(colours.is_empty(), "{colours:?}");
        assert_ne!(
            styles.of(Role::Bad),
            styles.of(Role::Ok),
            "bad stands out without colour too"
        );
    }
}
