//! Copies and reposts that are called duplicates of what they were made of.

use super::material::Material;
use super::tables::{Table, shown};
use super::{Finder, Pair};
use crate::bench::comparison::Bars;

/// What copies are called in tables.
const COPIES: [(&str, &str); 5] = [
    ("q50", "JPEG of quality 50"),
    ("half", "half the size"),
    ("converted", "PNG to JPEG, JPEG to PNG"),
    ("scan", "grey noise of a scan"),
    ("shift", "shifted by 1 %"),
];
/// The share of each that has to be found.
const COPIES_BAR: f64 = 0.99;

/// What reposts are called in tables, and which share of them has to be found.
const REPOSTS: [(&str, &str, Option<f64>); 20] = [
    ("border10", "border 10 %", Some(0.95)),
    ("letterbox", "letterbox", Some(0.95)),
    ("screenshot", "phone screenshot", Some(0.95)),
    ("caption_band", "caption band above", Some(0.95)),
    ("caption_below", "caption band below", Some(0.95)),
    ("crop_corner20", "crop 20 % at a corner", Some(0.9)),
    ("crop30", "crop 30 %", Some(0.9)),
    ("rotate5_crop", "turned by 5 degrees, cropped", Some(0.9)),
    ("uneven12_left", "1/12 off the left", None),
    ("uneven12_left_top", "1/12 off left and top", None),
    ("uneven24", "1/24 off each side", None),
    ("sticker8", "sticker over 8 %", None),
    ("collage", "half of a collage", None),
    ("watermark", "watermark", None),
    ("meme_caption", "captions on the photo", None),
    ("grey", "without colour", None),
    ("sepia", "sepia", None),
    ("brighter", "brighter by 30 %", None),
    ("mirrored", "mirrored, any orientation", None),
    ("resaved_twice", "saved twice, smaller", None),
];
/// Crops of which those count that a comparison of both files knows, and which share of them has to be found.
const UNEVEN: [&str; 3] = ["uneven12_left", "uneven12_left_top", "uneven24"];
const UNEVEN_BAR: f64 = 0.95;

/// Copies of strangers and tiles that are found, by what was done.
pub fn copies(material: &Material, finders: &[Finder], bars: &mut Bars) -> String {
    let mut table = Table::new("their own copies", &["copies"], finders);
    for (transform, name) in COPIES {
        let pairs = material.made(transform);
        add(&mut table, name, &pairs, finders);
        let found = finders[0].share(&pairs);
        bars.at_least(&format!("copies: {name}"), found, COPIES_BAR);
    }
    table.finish()
}

/// The same of one finder, by kind.
pub fn copies_by_kind(material: &Material, finder: &Finder) -> String {
    let first = format!("copies that {} finds", finder.name);
    let mut table = Table::new(&first, &COPIES.map(|(_, name)| name), &[]);
    for kind in material.kinds() {
        let shares = COPIES.map(|(transform, _)| {
            let mut pairs = material.made(transform);
            pairs.retain(|[original, _]| material.pictures[*original].kind == kind);
            finder.share(&pairs)
        });
        if shares.iter().any(Option::is_some) {
            table.add(kind, shares.map(shown));
        }
    }
    table.finish()
}

/// Reposts that are found.
pub fn reposts(material: &Material, finders: &[Finder], bars: &mut Bars) -> String {
    let mut table = Table::new("reposts", &["pairs"], finders);
    for (transform, name, bar) in REPOSTS {
        let pairs = material.made(transform);
        add(&mut table, name, &pairs, finders);
        if let Some(bar) = bar {
            bars.at_least(name, finders[0].share(&pairs), bar);
        }
    }
    table.finish()
}

/// Uneven crops that are not found, though they may be known to those who compare both files.
pub fn missed_uneven(material: &Material, finder: &Finder) -> Vec<Pair> {
    let mut missed = uneven(material);
    missed.retain(|pair| !finder.duplicates.contains(pair));
    missed
}

/// The share of uneven crops that are found, where so many of the others are known.
pub fn uneven_share(material: &Material, finder: &Finder, known: usize, bars: &mut Bars) -> String {
    let all = uneven(material).len();
    let found = all - missed_uneven(material, finder).len();
    let known = found + known;
    let share = (known > 0).then(|| found as f64 / known as f64);
    let what = "uneven crops, of those that a comparison knows";
    bars.at_least(what, share, UNEVEN_BAR);
    format!(
        "\nOf {all} uneven crops a comparison of both files knows {known}; {found} are found.\n"
    )
}

fn uneven(material: &Material) -> Vec<Pair> {
    let made = UNEVEN.map(|transform| material.made(transform));
    made.concat()
}

/// Adds a row of what each finds of these pairs.
fn add(table: &mut Table, name: &str, pairs: &[Pair], finders: &[Finder]) {
    let shares = finders.iter().map(|finder| shown(finder.share(pairs)));
    table.add(name, [pairs.len().to_string()].into_iter().chain(shares));
}

impl Finder {
    /// Of these pairs, the share that it calls duplicates; `None` of no pairs.
    fn share(&self, pairs: &[Pair]) -> Option<f64> {
        let found = pairs.iter().filter(|pair| self.duplicates.contains(*pair));
        (!pairs.is_empty()).then(|| found.count() as f64 / pairs.len() as f64)
    }
}
