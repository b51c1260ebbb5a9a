//! Any bytes, and any damage to a good archive: refused whole or let in whole, never anything else.

use proptest::prelude::*;

use super::raw::{Entry, Zip};
use super::scene::Scene;
use crate::{Limits, verify};

fn sample() -> Vec<u8> {
    Zip::of([
        Entry::folder("a/"),
        Entry::file(
            "a/index.html",
            b"<!doctype html><p>some text, some text, some text",
        ),
        Entry::file("b", &[1; 300]),
        Entry::empty("c"),
    ])
    .with(|zip| zip.comment = b"comment".to_vec())
    .bytes()
}

/// What holds for any bytes.
fn check(scene: &Scene, bytes: &[u8]) {
    let before = scene.outside();
    let limits = Limits {
        bytes: vocab::Bytes::kibi(1024),
        ..Limits::default()
    };
    match scene.read_within(bytes, &limits) {
        Ok(release) => {
            verify(&release).unwrap();
            assert!(release.bytes <= limits.bytes);
            assert_eq!(Scene::files(&release).len(), release.files.len());
            assert_eq!(scene.left(), 1);
            std::fs::remove_dir_all(release.root).unwrap();
        }
        Err(refused) => {
            assert!(refused.fault().is_some(), "{refused}");
            assert_eq!(scene.left(), 0);
        }
    }
    assert_eq!(scene.outside(), before);
}

#[test]
fn every_single_byte_may_be_anything() {
    let (scene, sample) = (Scene::new(), sample());
    check(&scene, &sample);
    for at in 0..sample.len() {
        for value in [0, 0x2f, 0xff] {
            let mut bytes = sample.clone();
            bytes[at] = value;
            check(&scene, &bytes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&Scene::new(), &bytes);
    }

    #[test]
    fn any_damage(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = sample();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        check(&Scene::new(), &bytes);
    }

    #[test]
    fn any_splice(
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        length in 0_usize..80,
        insert in any::<bool>(),
    ) {
        let mut bytes = sample();
        let from = from.index(bytes.len());
        let piece: Vec<u8> = bytes.iter().copied().skip(from).take(length).collect();
        let to = to.index(bytes.len());
        let end = if insert { to } else { (to + length).min(bytes.len()) };
        bytes.splice(to..end, piece);
        check(&Scene::new(), &bytes);
    }

    #[test]
    fn any_name(name in "\\PC{0,20}|[./\\\\:a ]{0,8}") {
        check(&Scene::new(), &Zip::of([Entry::file("x", b"1"), Entry::file(&name, b"2")]).bytes());
    }
}
