//! How well near-duplicates are found: what a server answers without a radius, on the groups that the
//! peers' script makes, with the peers beside it.
//!
//! Every picture of the groups, and every other photo, is uploaded and asked about. A pair is found when
//! either picture's answer calls the other a duplicate, and false when the two are of different groups. The
//! turned and mirrored copies are made here, and asked about with `orientation=any`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use vismatch::domain::{Algorithm, Fingerprint, ImageId, hamming};
use vismatch::store::Store;
use vismatch_tests::Server;
use vismatch_tests::bench::comparison::{Bars, line};
use vismatch_tests::bench::peers::{Peers, answer};
use vismatch_tests::bench::{Options, milliseconds, photos, quantile};
use vismatch_tests::client::{file_form, text};

/// Classes of transforms as the peers' script has them, with what is to be found of each.
const CLASSES: [(&str, &[&str], f64); 3] = [
    (
        "mild",
        &[
            "q30",
            "q10",
            "resize50",
            "resize25",
            "thumb100",
            "bright120",
            "bright080",
            "contrast130",
            "watermark",
            "gray",
            "stretch",
            "png",
            "webp",
            "fullsize",
            "rot1",
        ],
        1.0,
    ),
    ("crop 5 %, rotate 2", &["crop05", "rot2"], 0.99),
    (
        "crop 10 %, rotate 2 + crop, border 5 %",
        &["crop10", "rot2crop", "border5"],
        0.9,
    ),
];
/// Lays a picture another way.
type Lay = fn(&DynamicImage) -> DynamicImage;
/// What is done to a picture that is asked about with `orientation=any`.
const LAID: [(&str, Lay); 3] = [
    ("mirrored", DynamicImage::fliph),
    ("quarter turn", DynamicImage::rotate90),
    ("mirrored quarter turn", |picture| {
        picture.rotate270().fliph()
    }),
];
const DUPLICATE: [&str; 3] = ["exact", "same_picture", "edited"];
const PROJECT: &str = "quality";
/// What candidates are searched by, those of the same length each held against all of another picture.
const SEARCHED: [Algorithm; 4] = [
    Algorithm::Phash,
    Algorithm::Dhash128,
    Algorithm::Core,
    Algorithm::Bare,
];
/// How far around each of how many images `duplicates` looks; everything else looks as far as the first.
const CIRCLES: [(&str, u32); 3] = [("up to 100,000", 23), ("up to 500,000", 17), ("more", 11)];

/// A picture of a group; photos that are in none are groups of their own.
struct Member {
    path: PathBuf,
    group: String,
    transform: String,
    image: String,
}

/// What the server answered.
#[derive(Default)]
struct Answers {
    /// Pairs of places that it calls duplicates.
    duplicates: HashSet<(usize, usize)>,
    times: Vec<Duration>,
}

fn main() {
    let options = Options::parse();
    let (Some(data), Some(peers)) = (photos::shared_data(), peers()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let groups = folder.path().join("groups");
    make_groups(&peers, &data, &groups, &options);
    let mut server = Server::start();
    let members = upload(&server, members(&data, &groups));
    let answers = ask(&server, &members);
    let mut bars = Bars::default();
    let mut report = String::from("### Near-duplicates\n\n");
    report += &table(&members, &answers, &mut bars);
    report += &orientation_table(&server, &members, &mut bars);
    report += &times(answers.times);
    server.kill();
    let stored = stored(&members, server.data());
    report += &circles_table(&members, &stored);
    report += &peers_table(&peers, &groups, folder.path());
    options.publish("matching", &(report + &bars.table()));
}

fn peers() -> Option<Peers> {
    let found = Peers::find();
    found
        .inspect_err(|missing| eprintln!("skipped: {missing}"))
        .ok()
}

fn make_groups(peers: &Peers, data: &Path, groups: &Path, options: &Options) {
    let mut script = peers.quality("neardup_make.py");
    script.arg(groups).arg("--data").arg(data);
    if let Some(most) = options.most {
        script.args(["--groups", &most.to_string()]);
    }
    answer(&mut script).unwrap();
}

/// The pictures of the groups, and the photos that are in none.
fn members(data: &Path, groups: &Path) -> Vec<Member> {
    let read = |name: &str| fs::read(groups.join(name)).unwrap();
    let truth: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&read("GROUND_TRUTH.json")).unwrap();
    let transforms: HashMap<String, String> =
        serde_json::from_slice(&read("TRANSFORMS.json")).unwrap();
    let mut members = Vec::new();
    for (group, files) in &truth {
        members.extend(files.iter().map(|file| Member {
            path: groups.join(file),
            group: group.clone(),
            transform: transforms[file].clone(),
            image: String::new(),
        }));
    }
    let grouped = |photo: &Path| {
        let stem = photo.file_stem().unwrap_or_default().to_string_lossy();
        let own = stem.split_once("__").map_or("", |(_, own)| own);
        let start: String = own.chars().take(24).collect();
        // Published already, beside its copies.
        start == "aaa-orig" || truth.keys().any(|group| group.ends_with(&start))
    };
    let others = photos::jpegs(&data.join("photos")).into_iter();
    members.extend(others.filter(|photo| !grouped(photo)).map(|path| Member {
        group: path.display().to_string(),
        path,
        transform: "photo".into(),
        image: String::new(),
    }));
    members
}

fn upload(server: &Server, mut members: Vec<Member>) -> Vec<Member> {
    for (number, member) in members.iter_mut().enumerate() {
        let file = fs::read(&member.path).unwrap();
        let suffix = member
            .path
            .extension()
            .unwrap_or_default()
            .to_string_lossy();
        let uploaded = server.upload(PROJECT, &format!("{number}.{suffix}"), &file);
        member.image = text(&uploaded.json(), "image_id");
    }
    members
}

/// Every picture asked about.
fn ask(server: &Server, members: &[Member]) -> Answers {
    let mut answers = Answers::default();
    let places: HashMap<&str, usize> = members
        .iter()
        .enumerate()
        .map(|(place, member)| (member.image.as_str(), place))
        .collect();
    for (place, member) in members.iter().enumerate() {
        let question = json!({"image_id": member.image, "limit": 1000});
        let begin = Instant::now();
        let found = server
            .post_json(&format!("/projects/{PROJECT}/matches"), &question)
            .json();
        answers.times.push(begin.elapsed());
        for row in found.as_array().unwrap() {
            let other = places[text(row, "image_id").as_str()];
            if is_duplicate(row) {
                answers
                    .duplicates
                    .insert((place.min(other), place.max(other)));
            }
        }
    }
    answers
}

fn is_duplicate(row: &Value) -> bool {
    DUPLICATE.contains(&text(row, "verdict").as_str())
}

/// Recall from originals to their variants, and false pairs.
fn table(members: &[Member], answers: &Answers, bars: &mut Bars) -> String {
    let originals: HashMap<&str, usize> = members
        .iter()
        .enumerate()
        .filter(|(_, member)| member.transform == "original" && member.group.starts_with("gen_"))
        .map(|(place, member)| (member.group.as_str(), place))
        .collect();
    let found = |wanted: &[&str]| {
        let variants = members.iter().enumerate().filter_map(|(place, member)| {
            let is_wanted = wanted.contains(&member.transform.as_str());
            let original = *originals.get(member.group.as_str()).filter(|_| is_wanted)?;
            Some(
                answers
                    .duplicates
                    .contains(&(original.min(place), original.max(place))),
            )
        });
        share(variants)
    };
    let strangers = answers
        .duplicates
        .iter()
        .filter(|(a, b)| members[*a].group != members[*b].group);
    let strangers: Vec<_> = strangers.collect();
    for (a, b) in &strangers {
        let [a, b] = [a, b].map(|place| members[*place].path.display());
        eprintln!("a false pair: {a} {b}");
    }
    let mut table = format!(
        "{} pictures, {} groups; recall from the 640 px original to its variant, by what the server judges\n\n\
         | transforms | recall |\n|---|---:|\n",
        members.len(),
        members
            .iter()
            .map(|member| &member.group)
            .collect::<HashSet<_>>()
            .len(),
    );
    for (class, transforms, bar) in CLASSES {
        let recall = found(transforms);
        line(&mut table, &[class, &format!("{recall:.4}")]);
        bars.at_least(class, Some(recall), bar);
    }
    for transform in CLASSES.iter().flat_map(|(_, transforms, _)| *transforms) {
        line(
            &mut table,
            &[transform, &format!("{:.3}", found(&[transform]))],
        );
    }
    bars.at_most("false pairs", Some(strangers.len() as f64), 0.0);
    table
}

/// What a picture is searched by.
struct Stored {
    fingerprints: Vec<Fingerprint>,
}

/// What the server made of each member.
fn stored(members: &[Member], data: &Path) -> Vec<Stored> {
    let ids: Vec<ImageId> = members
        .iter()
        .map(|member| member.image.parse().unwrap())
        .collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let images = runtime.block_on(async {
        let store = Store::open(data).await.unwrap();
        store.images_by_id(&ids).await.unwrap()
    });
    let is_searched = |made: &Fingerprint| SEARCHED.contains(&made.algorithm) && made.quality > 0;
    let mut fingerprints: HashMap<ImageId, Vec<Fingerprint>> = images
        .into_iter()
        .map(|image| (image.id, image.fingerprints))
        .collect();
    ids.iter()
        .map(|id| {
            let all = fingerprints.remove(id).unwrap().into_iter();
            Stored {
                fingerprints: all.filter(is_searched).collect(),
            }
        })
        .collect()
}

/// How many copies lie in the circle around their original, where candidates are searched: it is drawn tighter
/// by `duplicates` over many images.
fn circles_table(members: &[Member], stored: &[Stored]) -> String {
    let mut copies = [const { Vec::new() }; CLASSES.len()];
    let mut strangers = Vec::new();
    for (place, one) in members.iter().enumerate() {
        for (other, kept) in members.iter().zip(stored).skip(place + 1) {
            let distance = || stored[place].distance(kept);
            if one.group != other.group {
                strangers.push(distance());
            } else if let Some(class) = class_of_pair(one, other) {
                copies[class].push(distance());
            }
        }
    }
    let mut table = String::from(
        "\nCopies among the candidates, and pairs of strangers, by how far apart fingerprints may be:\n\n\
         | images | bits of 128 | mild | crop 5 % | crop 10 % | strangers of 100,000 |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for (images, radius) in CIRCLES {
        let within =
            |distances: &[u32]| share(distances.iter().map(|distance| *distance <= radius));
        let mut cells = vec![images.to_owned(), radius.to_string()];
        cells.extend(copies.iter().map(|copies| format!("{:.4}", within(copies))));
        cells.push(format!("{:.1}", within(&strangers) * 1e5));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        line(&mut table, &cells);
    }
    table
}

impl Stored {
    /// Of the nearest two fingerprints, in bits of 128.
    fn distance(&self, other: &Self) -> u32 {
        let pairs = self
            .fingerprints
            .iter()
            .flat_map(|one| other.fingerprints.iter().map(move |other| (one, other)));
        let alike = pairs.filter(|(one, other)| one.bits.len() == other.bits.len());
        let weight = |one: &Fingerprint| 128 / one.algorithm.bits();
        let distances = alike.map(|(one, other)| hamming(&one.bits, &other.bits) * weight(one));
        distances.min().unwrap_or(u32::MAX)
    }
}

/// The class of a pair of an original and what was made of it.
fn class_of_pair(one: &Member, other: &Member) -> Option<usize> {
    let (original, variant) = if one.transform == "original" {
        (one, other)
    } else {
        (other, one)
    };
    let is_asked = original.transform == "original" && one.group.starts_with("gen_");
    let is_of =
        |(_, transforms, _): &(_, &[&str], _)| transforms.contains(&variant.transform.as_str());
    CLASSES.iter().position(is_of).filter(|_| is_asked)
}

/// Mirrored and turned copies of the originals and of what was done to them, found as surely?
fn orientation_table(server: &Server, members: &[Member], bars: &mut Bars) -> String {
    let mut table = String::from(
        "\n| mirrored and turned, orientation any | recall | false |\n|---|---:|---:|\n",
    );
    let asked = [
        "original", "q30", "resize50", "crop05", "rot2", "crop10", "border5",
    ];
    for (name, lay) in LAID {
        let (mut found, mut strangers) = (Vec::new(), 0);
        for member in members {
            if !asked.contains(&member.transform.as_str()) || !member.group.starts_with("gen_") {
                continue;
            }
            let of_group = |row: &Value| {
                let image = text(row, "image_id");
                members
                    .iter()
                    .any(|other| other.image == image && other.group == member.group)
            };
            let rows = ask_oriented(server, &member.path, lay);
            let duplicates: Vec<&Value> = rows.iter().filter(|row| is_duplicate(row)).collect();
            strangers += duplicates.iter().filter(|row| !of_group(row)).count();
            let original = |row: &&Value| {
                let image = text(row, "image_id");
                let original =
                    |other: &Member| other.transform == "original" && other.group == member.group;
                members
                    .iter()
                    .any(|other| other.image == image && original(other))
            };
            found.push(duplicates.iter().any(original));
        }
        let recall = share(found.into_iter());
        line(
            &mut table,
            &[name, &format!("{recall:.4}"), &strangers.to_string()],
        );
        bars.at_least(name, Some(recall), 0.99);
        bars.at_most(&format!("{name}: false"), Some(strangers as f64), 0.0);
    }
    table
}

fn ask_oriented(server: &Server, path: &Path, lay: Lay) -> Vec<Value> {
    let picture = lay(&image::open(path).unwrap());
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Bmp).unwrap();
    let path = format!("/projects/{PROJECT}/matches?orientation=any&limit=1000");
    let answer = server
        .post_form(&path, file_form("laid.bmp", &file.into_inner()))
        .json();
    answer.as_array().unwrap().clone()
}

fn share(found: impl Iterator<Item = bool>) -> f64 {
    let (all, found) = found.fold((0, 0), |(all, found), one| {
        (all + 1, found + u32::from(one))
    });
    f64::from(found) / f64::from(all)
}

fn times(mut times: Vec<Duration>) -> String {
    format!(
        "\nA question about a stored image, decoded for it: {} in the median, {} in 99 of 100.\n",
        milliseconds(quantile(&mut times, 0.5)),
        milliseconds(quantile(&mut times, 0.99))
    )
}

/// What the peers' script says of them on the same pictures.
fn peers_table(peers: &Peers, groups: &Path, out: &Path) -> String {
    let mut script = peers.quality("quality_peers.py");
    script
        .arg("--data")
        .arg(groups)
        .arg("--out")
        .arg(out.join("peers"));
    let told = answer(&mut script).unwrap_or_else(|reason| format!("not measured: {reason}"));
    format!("\nThe peers on the pictures of the groups:\n\n{told}\n")
}
