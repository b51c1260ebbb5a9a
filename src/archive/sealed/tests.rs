//! Sealing and opening, whole and attacked.

use proptest::prelude::*;
use vocab::Time;

use super::stream::{PIECE, TAG};
use super::*;

/// Bytes before the first piece of a file of [`label`].
const HEADER: usize = 46 + "shop.example.com\nfiles\n1700000000000".len();

fn key() -> (tempfile::TempDir, Key) {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::open_or_make(&folder.path().join("key")).unwrap();
    (folder, key)
}

fn label() -> Label {
    Label {
        site: "shop.example.com".to_owned(),
        part: "files".to_owned(),
        created: Time(1_700_000_000_000),
    }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

fn sealed(key: &Key, content: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::new();
    let bytes = seal(key, &label(), content, &mut sealed).unwrap();
    assert_eq!(bytes, content.len() as u64);
    sealed
}

fn opened(key: &Key, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut content = Vec::new();
    open(key, &label(), sealed, &mut content).map(|_| content)
}

/// A reader that gives one byte, then some, as pipes do.
struct Dripping<'a>(&'a [u8]);

impl std::io::Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(1 + self.0.len() % 977).min(self.0.len());
        let (now, later) = self.0.split_at(most);
        buffer[..most].copy_from_slice(now);
        self.0 = later;
        Ok(most)
    }
}

#[test]
fn every_length_around_a_piece_comes_back() {
    let (_folder, key) = key();
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7] {
        let content = content(length);
        let file = sealed(&key, &content);
        let pieces = length.div_ceil(PIECE).max(1);
        assert_eq!(file.len(), HEADER + length + pieces * TAG);
        assert_eq!(opened(&key, &file).unwrap(), content);
        let mut dripped = Vec::new();
        seal(&key, &label(), Dripping(&content), &mut dripped).unwrap();
        let mut back = Vec::new();
        open(&key, &label(), Dripping(&dripped), &mut back).unwrap();
        assert!(back == content, "{length}");
    }
}

#[test]
fn nothing_of_the_content_shows_and_no_two_files_are_alike() {
    let (_folder, key) = key();
    let content = vec![b'x'; 3 * PIECE];
    let (one, two) = (sealed(&key, &content), sealed(&key, &content));
    assert_ne!(one[HEADER..], two[HEADER..]);
    assert!(!one.windows(8).any(|window| window == b"xxxxxxxx"));
}

#[test]
fn a_cut_file_is_refused_wherever_it_is_cut() {
    let (_folder, key) = key();
    let file = sealed(&key, &content(3 * PIECE));
    let first = HEADER + PIECE + TAG;
    for cut in [
        0,
        7,
        8,
        30,
        HEADER - 1,
        HEADER,
        HEADER + 1,
        first,
        first + 1,
        2 * first - HEADER,
    ] {
        let refused = opened(&key, &file[..cut]).unwrap_err();
        assert!(
            matches!(refused, SealError::Truncated(_)),
            "{cut}: {refused}"
        );
    }
    for cut in [first - 1, first + 5000, file.len() - 1] {
        let refused = opened(&key, &file[..cut]).unwrap_err();
        assert!(matches!(refused, SealError::Damaged(_)), "{cut}: {refused}");
    }
    let Err(SealError::Truncated(after)) = opened(&key, &file[..first]) else {
        panic!("a file cut after a piece opened");
    };
    assert_eq!(after, PIECE as u64);
}

#[test]
fn what_is_added_swapped_or_repeated_is_refused() {
    let (_folder, key) = key();
    let file = sealed(&key, &content(3 * PIECE));
    let piece = |number: usize| {
        let start = HEADER + number * (PIECE + TAG);
        file[start..start + PIECE + TAG].to_vec()
    };
    let header = file[..HEADER].to_vec();
    let of = |numbers: &[usize]| -> Vec<u8> {
        let pieces = numbers.iter().flat_map(|number| piece(*number));
        header.iter().copied().chain(pieces).collect()
    };
    assert!(opened(&key, &of(&[0, 1, 2])).is_ok());
    for wrong in [&[1, 0, 2][..], &[0, 0, 1, 2], &[0, 2], &[2], &[0, 1, 1]] {
        let refused = opened(&key, &of(wrong)).unwrap_err();
        assert!(
            matches!(refused, SealError::Damaged(_)),
            "{wrong:?}: {refused}"
        );
    }
    for more in [&b"x"[..], &piece(2)] {
        let longer = [&file, more].concat();
        let refused = opened(&key, &longer).unwrap_err();
        assert!(matches!(refused, SealError::Extended(_)), "{refused}");
    }
    // A piece of another file of the same key, at the same place.
    let other = sealed(&key, &content(3 * PIECE));
    let mixed = [
        &file[..HEADER + PIECE + TAG],
        &other[HEADER + PIECE + TAG..],
    ]
    .concat();
    assert!(matches!(opened(&key, &mixed), Err(SealError::Damaged(_))));
}

#[test]
fn a_wrong_key_and_a_wrong_backup_are_named() {
    let ((_one, key), (_two, other)) = (key(), key());
    let file = sealed(&key, b"content");
    assert!(matches!(opened(&other, &file), Err(SealError::WrongKey)));
    let ours = label();
    let wrongs = [
        Label {
            site: "other.example.com".to_owned(),
            ..ours.clone()
        },
        Label {
            part: "database".to_owned(),
            ..ours.clone()
        },
        Label {
            created: Time(ours.created.0 + 1),
            ..ours
        },
    ];
    for wrong in wrongs {
        let refused = open(&key, &wrong, file.as_slice(), Vec::new()).unwrap_err();
        assert!(matches!(refused, SealError::WrongLabel { .. }), "{refused}");
        assert!(
            refused.to_string().contains("shop.example.com"),
            "{refused}"
        );
    }
    assert!(matches!(
        opened(&key, b"PK\x03\x04 a zip file"),
        Err(SealError::NotSealed)
    ));
    let mut newer = file;
    newer[8] = 2;
    assert!(matches!(opened(&key, &newer), Err(SealError::Newer(2))));
}

#[test]
fn labels_cannot_be_mistaken_for_each_other() {
    let (_folder, key) = key();
    for site in ["", "a\nfiles\n1", &"x".repeat(256)] {
        let bad = Label {
            site: site.to_owned(),
            ..label()
        };
        let refused = seal(&key, &bad, &b""[..], Vec::new()).unwrap_err();
        assert!(matches!(refused, SealError::BadLabel));
    }
    for part in ["", "Files", "a b", "files\n1", &"x".repeat(33)] {
        let bad = Label {
            part: part.to_owned(),
            ..label()
        };
        let refused = seal(&key, &bad, &b""[..], Vec::new()).unwrap_err();
        assert!(matches!(refused, SealError::BadLabel));
    }
    let long = Label {
        site: "x".repeat(255),
        created: Time(i64::MIN),
        part: "x".repeat(32),
    };
    let mut file = Vec::new();
    seal(&key, &long, &b"content"[..], &mut file).unwrap();
    assert_eq!(open(&key, &long, file.as_slice(), Vec::new()).unwrap(), 7);
}

#[test]
fn the_form_is_the_one_that_is_written_down() {
    // XChaCha20-Poly1305 by the library, the construction by hand: a second reader of the format.
    use chacha20poly1305::aead::Aead;
    use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Payload};
    let (_folder, key) = key();
    let content = content(PIECE + 5);
    let file = sealed(&key, &content);
    let (header, pieces) = file.split_at(HEADER);
    assert_eq!(header[..9], *b"WHSEALED\x01");
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let mut back = Vec::new();
    for (number, piece) in pieces.chunks(PIECE + TAG).enumerate() {
        let mut nonce = [0; 24];
        nonce[..19].copy_from_slice(&header[25..44]);
        nonce[22] = 0;
        nonce[23] = u8::from(number == 1);
        nonce[22] = number as u8;
        let payload = Payload {
            msg: piece,
            aad: header,
        };
        back.extend(cipher.decrypt(&XNonce::from(nonce), payload).unwrap());
    }
    assert!(back == content);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_changed_byte_goes_unseen(length in 0_usize..(2 * PIECE), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (_folder, key) = key();
        let mut file = sealed(&key, &content(length));
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        prop_assert!(opened(&key, &file).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_folder, key) = key();
        prop_assert!(opened(&key, &bytes).is_err());
        let behind_magic = [&b"WHSEALED\x01"[..], &key.mark(), &bytes].concat();
        prop_assert!(opened(&key, &behind_magic).is_err());
    }
}
