//! Text from outside: whatever comes, nothing unsafe survives, and doing it twice changes nothing.

use vocab::ansi::{Pen, Scanner, Token};
use vocab::styled::STYLED_LIMIT;
use vocab::text::{BLOCK_LIMIT, LINE_LIMIT, MARK};
use vocab::{StyledText, Text};

use super::oracle::{assert_line, assert_safe};

pub fn text(data: &[u8]) {
    let line = Text::line(data);
    assert_line(&line);
    assert_eq!(Text::line(line.as_str()), line, "twice is once");
    let block = Text::block(data);
    assert_safe(&block, false);
    assert_eq!(Text::block(block.as_str()), block, "twice is once");
    assert!(
        block.chars().count() <= BLOCK_LIMIT + 1,
        "a block is bounded"
    );
    assert!(
        line.width() <= 2 * (LINE_LIMIT + 1),
        "no character is wider than two cells"
    );
    if data.len() <= LINE_LIMIT {
        // A sequence without an end spoils its own line and none behind it.
        let apart: Vec<String> = data
            .split(|byte| *byte == b'\n')
            .map(|part| Text::block(part).to_string())
            .collect();
        assert_eq!(block.as_str(), apart.join("\n"));
        let plain = data.iter().all(|byte| (0x20..0x7f).contains(byte));
        assert!(
            !plain || line.as_bytes() == data,
            "plain text passes unchanged"
        );
    }
    let given = String::from_utf8_lossy(data);
    let invented = |c: &char| !matches!(*c, MARK | '…' | ' ') && !given.contains(*c);
    assert_eq!(line.chars().find(invented), None, "nothing is invented");
    let stored = serde_json::to_string(&block).unwrap_or_default();
    assert_eq!(
        serde_json::from_str::<Text>(&stored).ok(),
        Some(block),
        "it is stored and read back"
    );
}

pub fn ansi(data: &[u8]) {
    let mut pen = Pen::default();
    let mut shown = String::new();
    let mut count = 0;
    for token in Scanner::new(data) {
        count += 1;
        match token {
            Token::Char(c) => shown.push(c),
            Token::Sgr(parameters) => {
                assert!(
                    (1..=16).contains(&parameters.len()),
                    "parameters are bounded"
                );
                pen.apply(&parameters);
            }
            Token::Dropped => {}
        }
    }
    assert!(count <= data.len(), "every token takes a byte at least");
    assert_safe(&shown, false);
    let again: Option<String> = Scanner::new(shown.as_bytes())
        .map(|token| {
            if let Token::Char(c) = token {
                Some(c)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(
        again,
        Some(shown),
        "what it lets pass holds nothing it would drop"
    );
    let mut reset = pen;
    reset.apply(&[0]);
    assert_eq!(reset, Pen::default());
}

pub fn styled(data: &[u8]) {
    let line = StyledText::new(data);
    assert_sound(&line);
    assert_eq!(
        StyledText::from_parts(line.as_str(), line.pens().to_vec()),
        line,
        "parts make the same line"
    );
    assert_safe(&line.plain(), true);
    let stored = serde_json::to_string(&line).unwrap_or_default();
    assert_eq!(
        serde_json::from_str::<StyledText>(&stored).ok().as_ref(),
        Some(&line),
        "it is stored and read back"
    );
    if data.len() <= LINE_LIMIT {
        assert_eq!(
            StyledText::new(line.as_str().as_bytes()).as_str(),
            line.as_str(),
            "twice is once"
        );
        if !data.contains(&b'\t') {
            assert_eq!(
                line.plain(),
                Text::line(data),
                "colours apart, it is what any line is"
            );
        }
    }
    forged(data);
}

/// A line from a damaged store: any text, any places.
fn forged(data: &[u8]) {
    let place = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_u32, |place, byte| place << 8 | u32::from(*byte))
    };
    let mut pen = Pen::default();
    let pens = data.chunks(2).take(64).map(|bytes| {
        pen.apply(&[u16::from(bytes[0])]);
        (place(bytes) % (data.len() as u32 + 3), pen)
    });
    let pens = pens.collect();
    assert_sound(&StyledText::from_parts(
        &String::from_utf8_lossy(data),
        pens,
    ));
}

fn assert_sound(line: &StyledText) {
    assert_safe(line.as_str(), true);
    assert!(
        line.as_str().len() <= 3 * STYLED_LIMIT + 96,
        "a line is bounded"
    );
    let places: Vec<usize> = line.pens().iter().map(|(at, _)| *at as usize).collect();
    assert!(places.is_sorted(), "pens are in order");
    assert!(
        places.iter().all(|at| line.as_str().is_char_boundary(*at)),
        "pens stand between characters"
    );
    let joined: String = line.pieces().map(|(_, piece)| piece).collect();
    assert_eq!(joined, line.as_str(), "no piece is lost");
}
