use std::fs;
use std::sync::Mutex;

use jiff::Timestamp;
use vismatch_pipeline::sketch::{Parts, Window};

use crate::domain::{Dimensions, ImageFormat, Orientation};
use crate::service::matching::candidates::MOST;

use super::*;

/// A file of a side, with a fingerprint, that shows a photo of a seed.
fn file(name: &str, side: u32, bits: u64, seed: u64) -> PictureFile {
    PictureFile {
        path: name.into(),
        stamp: FileStamp {
            bytes: 100,
            modified: Timestamp::UNIX_EPOCH,
        },
        info: ImageInfo {
            format: ImageFormat::Jpeg,
            size: Dimensions {
                width: side,
                height: side,
            },
            orientation: Orientation::Upright,
            frames: 1,
            has_alpha: false,
            has_colour_profile: false,
            exif: None,
        },
        fingerprints: vec![Fingerprint {
            algorithm: Algorithm::Phash,
            version: Algorithm::Phash.version(),
            bits: bits.to_be_bytes().to_vec(),
            quality: 100,
        }],
        sketch: photo(side, seed),
    }
}

/// Soft waves, other ones for each seed.
fn photo(side: u32, seed: u64) -> Sketch {
    let level = |x: usize, y: usize| {
        let wave = |number: u64| {
            let random = (seed * 8 + number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let part = |shift: u64| f64::from((random >> shift) as u8) / 255.0;
            let (across, down) = (part(8) - 0.5, part(16) - 0.5);
            (across * x as f64 + down * y as f64 + 7.0 * part(24)).sin() * (20.0 + 20.0 * part(32))
        };
        (128.0 + (0..6).map(wave).sum::<f64>()).clamp(0.0, 255.0) as u8
    };
    let cells = (0..128 * 128).map(|at| level(at % 128, at / 128));
    Sketch::from_parts(&Parts {
        size: (side, side),
        frames: 1,
        flatness: 5,
        detail: 0,
        colours: 0,
        window: Window::WHOLE,
        has_surroundings: false,
        luma: cells.collect(),
        chroma: None,
        opaque: None,
        is_paged: false,
        frame_samples: None,
    })
}

/// A drawing: sketches of those cannot vouch for sameness.
fn drawing(name: &str, side: u32) -> PictureFile {
    let mut bytes = photo(side, 1).into_bytes();
    bytes[3] = 200;
    PictureFile {
        sketch: Sketch::from_bytes(bytes).unwrap(),
        ..file(name, side, 0, 1)
    }
}

fn nothing_to_compare(one: PathBuf, other: PathBuf) -> std::future::Ready<Judgement> {
    panic!("{} and {} are clear", one.display(), other.display());
}

async fn found<F: Future<Output = Judgement>>(
    files: &[PictureFile],
    by: Option<(Algorithm, u32)>,
    compare: impl Fn(PathBuf, PathBuf) -> F,
) -> Vec<Vec<(String, Verdict)>> {
    let options = GroupOptions {
        by,
        choose: &|_| None,
        finds_crops: false,
        workers: 2,
        progress: &|_, _| (),
    };
    let found = groups(files.to_vec(), &options, compare).await.unwrap();
    assert_eq!(found.left_out, 0);
    let member = |member: Member| {
        let name = member.file.path.file_name().unwrap();
        (name.to_str().unwrap().to_owned(), member.judgement.verdict)
    };
    let members = |group: FileGroup| group.members.into_iter().map(member).collect();
    found.groups.into_iter().map(members).collect()
}

fn names(groups: &[Vec<(String, Verdict)>]) -> Vec<Vec<&str>> {
    groups
        .iter()
        .map(|group| group.iter().map(|(name, _)| name.as_str()).collect())
        .collect()
}

#[tokio::test]
async fn copies_are_a_group_and_the_largest_is_kept() {
    let files = [
        file("a", 200, 0, 1),
        file("stranger", 200, 0b1, 2),
        file("b", 300, 0b11, 1),
        file("far", 300, u64::MAX, 3),
    ];
    let groups = found(&files, None, nothing_to_compare).await;
    assert_eq!(
        groups,
        [[
            ("b".to_owned(), Verdict::Exact),
            ("a".to_owned(), Verdict::SamePicture)
        ]]
    );
}

#[tokio::test]
async fn what_is_near_by_a_chain_is_similar_when_a_radius_is_asked_for() {
    let files = [
        file("best", 300, 0, 1),
        file("near", 200, 0xff, 1),
        file("far", 100, 0xffff, 2),
    ];
    let groups = found(&files, Some((Algorithm::Phash, 10)), nothing_to_compare).await;
    let verdicts: Vec<Verdict> = groups[0].iter().map(|(_, verdict)| *verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Exact, Verdict::SamePicture, Verdict::Similar]
    );
    let apart = found(&files, Some((Algorithm::Phash, 7)), nothing_to_compare).await;
    assert!(apart.is_empty());
}

#[tokio::test]
async fn groups_come_in_the_order_of_their_files() {
    let files = [
        file("a", 200, 0, 1),
        file("b", 200, u64::MAX, 2),
        file("b2", 200, u64::MAX, 2),
        file("a2", 200, 0, 1),
    ];
    let groups = found(&files, None, nothing_to_compare).await;
    assert_eq!(names(&groups), [["a", "a2"], ["b", "b2"]]);
}

/// What comparing drawings answers: neighbours by name are duplicates, others are not.
async fn neighbours(one: PathBuf, other: PathBuf) -> Judgement {
    let number = |path: &Path| path.to_str().unwrap().parse::<i32>().unwrap();
    let is_near = number(&one).abs_diff(number(&other)) == 1;
    Judgement {
        verdict: match is_near {
            true => Verdict::Edited,
            false => Verdict::Similar,
        },
        similarity: 0.9,
        reason: String::new(),
        verified: true,
    }
}

#[tokio::test]
async fn a_chain_of_duplicates_is_no_group() {
    // 3 is kept: 2 and 4 are its duplicates, 1 and 5 are of those, and nothing to each other.
    let chain =
        [1, 2, 3, 4, 5].map(|number| drawing(&number.to_string(), 200 + 100 * (number % 4)));
    let groups = found(&chain, None, neighbours).await;
    assert_eq!(names(&groups), [["3", "2", "4"]]);
    // The rest makes groups of its own.
    let longer =
        [1, 2, 3, 4, 5, 6].map(|number| drawing(&number.to_string(), 200 + 100 * (number % 4)));
    let groups = found(&longer, None, neighbours).await;
    assert_eq!(names(&groups), [vec!["3", "2", "4"], vec!["6", "5"]]);
}

#[tokio::test]
async fn each_unclear_pair_is_compared_once() {
    let seen = Mutex::new(Vec::new());
    let files = [drawing("1", 200), drawing("2", 300), drawing("9", 400)];
    let compare = |one: PathBuf, other: PathBuf| {
        seen.lock().unwrap().push([one.clone(), other.clone()]);
        neighbours(one, other)
    };
    let groups = found(&files, None, compare).await;
    assert_eq!(names(&groups), [["2", "1"]]);
    let mut seen = seen.into_inner().unwrap();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((all, seen.len()), (3, 3));
}

#[tokio::test]
async fn files_of_the_same_bytes_are_found_whatever_they_show() {
    let folder = tempfile::tempdir().unwrap();
    let plain = |name: &str, colour: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, colour).unwrap();
        let mut file = file(name, 200, 0, 1);
        let phash = &mut file.fingerprints[0];
        // As of a picture of one colour.
        phash.quality = 0;
        phash.bits.fill(u8::MAX);
        PictureFile { path, ..file }
    };
    let files = [
        plain("red", b"red"),
        plain("green", b"gre"),
        plain("red_copy", b"red"),
    ];
    for by in [None, Some((Algorithm::Phash, 4))] {
        let groups = found(&files, by, nothing_to_compare).await;
        assert_eq!(
            groups,
            [[
                ("red".to_owned(), Verdict::Exact),
                ("red_copy".to_owned(), Verdict::Exact)
            ]]
        );
    }
}

#[tokio::test]
async fn what_is_left_out_is_told() {
    let files: Vec<PictureFile> = (0..MOST as u64 + 2)
        .map(|seed| file(&seed.to_string(), 200, 0, seed))
        .collect();
    let options = GroupOptions {
        by: None,
        choose: &|_| None,
        finds_crops: false,
        workers: 2,
        progress: &|_, _| (),
    };
    let all = files.len();
    let found = groups(files, &options, nothing_to_compare).await.unwrap();
    assert_eq!(found.left_out, all);
}
