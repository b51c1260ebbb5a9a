//! How a page's rows stand in the room there is.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ui::Role;
use ui::sign::Sign;

use crate::canvas::Canvas;
use crate::pages::{Figure, LINES, Row, Sheet};

/// The page of a wall that has nothing to watch.
pub fn nothing() -> Sheet {
    let row = Row {
        sign: Sign::UNKNOWN,
        name: "no nodes yet".to_owned(),
        aside: String::new(),
        figures: Vec::new(),
        detail: "`wheelhouse init` writes a fleet file from what it finds".to_owned(),
    };
    Sheet {
        rows: vec![row],
        detailed: true,
        ..Sheet::default()
    }
}

/// Draws a page.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &Sheet) {
    let (unit, mut area) = (canvas.unit, area);
    if area.height == 0 {
        return;
    }
    let columns = columns(canvas, area, sheet);
    if let Some((name, figures)) = sheet.heading.split_first().filter(|_| area.height > unit) {
        let style = canvas.styles.of(Role::Dim);
        canvas.small(area.x + 2 * unit, area.y, area.width, name, style);
        for (figure, end) in figures.iter().zip(&columns) {
            canvas.small_before(*end, area.y, figure, style);
        }
        area.y += 1;
        area.height -= 1;
    }
    let most = sheet.rows.len().min(LINES);
    let tall = unit + 1;
    // Words under a row are kept where they belong to it, or where all rows still find room.
    let detailed = sheet.detailed && area.height >= tall
        || usize::from(area.height / tall) >= most + usize::from(most < sheet.rows.len());
    let height = if detailed { tall } else { unit };
    let mut fitting = usize::from(area.height / height).min(most);
    // The words about the rest need a line of their own.
    let rest = !sheet.detailed && sheet.rows.len() > fitting.min(most);
    if rest && area.height < fitting as u16 * height + 1 {
        fitting = fitting.saturating_sub(1);
    }
    let used = fitting as u16 * height + u16::from(rest);
    let spare = area.height.saturating_sub(used);
    // A list stands close under its heading; items that stand alone may have air.
    let alone = sheet.heading.is_empty();
    let gap = (spare / (fitting as u16 + 1)).min(if alone { unit.max(3) } else { unit });
    let mut y = area.y + if alone { gap } else { 0 };
    for row in sheet.rows.iter().take(fitting) {
        draw_row(canvas, Rect { y, height, ..area }, row, &columns);
        y += height + gap;
    }
    if rest {
        let words = rest_words(sheet, fitting);
        canvas.small(
            area.x + 2 * unit,
            (area.bottom() - 1).min(y),
            area.width.saturating_sub(2 * unit),
            &words,
            canvas.styles.of(Role::Dim),
        );
    }
}

/// `+31 more, all well`.
fn rest_words(sheet: &Sheet, shown: usize) -> String {
    let more = sheet.rows.len() - shown;
    // The worst come first, so what is not shown is well as far as there are well ones.
    if sheet.well >= more {
        format!("+{more} more, all well")
    } else {
        format!("+{more} more")
    }
}

/// Where each column of figures ends.
fn columns(canvas: &Canvas<'_>, area: Rect, sheet: &Sheet) -> Vec<u16> {
    let count = sheet
        .rows
        .iter()
        .map(|row| row.figures.len())
        .max()
        .unwrap_or(0) as u16;
    let letters = area.width / canvas.unit;
    let width = if count <= 1 {
        6
    } else {
        (letters / 6).clamp(7, 13)
    } * canvas.unit;
    (0..count)
        .map(|index| area.right().saturating_sub((count - 1 - index) * width))
        .collect()
}

fn draw_row(canvas: &mut Canvas<'_>, area: Rect, row: &Row, columns: &[u16]) {
    let unit = canvas.unit;
    let y = area.y;
    let x = area.x + 2 * unit;
    canvas.shape(area.x, y, row.sign.glyph, canvas.styles.of(row.sign.role));
    let mut end = area.right();
    for (figure, column) in row.figures.iter().zip(columns).rev() {
        end = end.min(draw_figure(canvas, *column, y, figure));
    }
    let room = end.saturating_sub(x + unit);
    let name = canvas.styles.of(Role::Strong).add_modifier(Modifier::BOLD);
    let behind = canvas.text(x, y, room, &row.name, name);
    let aside = behind + unit.div_ceil(2) + 1;
    if usize::from(aside) + row.aside.len() < usize::from(end) {
        canvas.small(
            aside,
            y + unit / 2,
            end - aside,
            &row.aside,
            canvas.styles.of(Role::Stale),
        );
    }
    if area.height > unit {
        canvas.small(
            x,
            y + unit,
            area.right().saturating_sub(x),
            &row.detail,
            canvas.styles.of(Role::Dim),
        );
    }
}

/// A figure that ends before a column; returns where it begins. What it last was stands before the dashes, small.
fn draw_figure(canvas: &mut Canvas<'_>, end: u16, y: u16, figure: &Figure) -> u16 {
    let style = canvas.styles.of(figure.role);
    let begin = canvas.text_before(end, y, &figure.text, style);
    match &figure.last {
        None => begin,
        Some(last) => {
            let dim = canvas.styles.of(Role::Stale).add_modifier(Modifier::DIM);
            canvas.small_before(
                begin.saturating_sub(1),
                y + canvas.unit / 2,
                &format!("({last})"),
                dim,
            )
        }
    }
}
