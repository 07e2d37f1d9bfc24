//! Strangers that are called duplicates, kind by kind.

use std::collections::BTreeMap;

use super::material::{Kinship, Material, PHOTOS};
use super::tables::Table;
use super::{Finder, Pair};
use crate::bench::comparison::Bars;

/// The row of strangers of different kinds.
const ACROSS: &str = "of two kinds";

/// Pairs of strangers of one kind.
#[derive(Clone, Default)]
struct Count {
    pairs: usize,
    /// By finder.
    duplicates: Vec<usize>,
}

/// Pairs of strangers that a finder calls duplicates.
pub fn false_pairs(material: &Material, finder: &Finder) -> Vec<Pair> {
    let pairs = finder.duplicates.iter().copied();
    let mut pairs: Vec<Pair> = pairs
        .filter(|pair| row_of(material, *pair).is_some())
        .collect();
    pairs.sort_unstable();
    pairs
}

/// How many each finder has, kind by kind.
pub fn table(material: &Material, finders: &[Finder], bars: &mut Bars) -> String {
    let counts = counts(material, finders);
    let mut table = Table::new("strangers", &["pictures", "pairs"], finders);
    for kind in material.kinds() {
        let pictures = material.of_kind(kind).count().to_string();
        counts[kind].add_to(&mut table, kind, pictures);
    }
    counts[ACROSS].add_to(&mut table, ACROSS, String::new());
    let sum = counts.values().fold(Count::new(finders), Count::and);
    let photos = counts.get(PHOTOS).map_or(0, |count| count.duplicates[0]);
    let others = sum.duplicates[0] - photos;
    bars.at_most(
        "strangers and tiles called duplicates",
        Some(others as f64),
        0.0,
    );
    bars.at_most(
        "reposts of two photos called duplicates",
        Some(photos as f64),
        0.0,
    );
    sum.add_to(&mut table, "all", material.crowd.to_string());
    table.finish()
}

fn counts<'a>(material: &'a Material, finders: &[Finder]) -> BTreeMap<&'a str, Count> {
    let rows = material.kinds().into_iter().chain([ACROSS]);
    let mut counts: BTreeMap<&str, Count> = rows.map(|row| (row, Count::new(finders))).collect();
    let mut count_of = |pair, add: &dyn Fn(&mut Count)| {
        let row = row_of(material, pair);
        row.and_then(|row| counts.get_mut(row)).map(add);
    };
    for one in 0..material.crowd {
        (0..one).for_each(|other| count_of([other, one], &|count| count.pairs += 1));
    }
    for (at, finder) in finders.iter().enumerate() {
        for pair in &finder.duplicates {
            count_of(*pair, &|count| count.duplicates[at] += 1);
        }
    }
    counts
}

/// The row of a pair of strangers; `None` for other pairs.
fn row_of(material: &Material, [one, other]: Pair) -> Option<&str> {
    let is_crowd = one.max(other) < material.crowd;
    if !is_crowd || material.kinship(one, other) != Kinship::Strangers {
        return None;
    }
    let [first, second] = [one, other].map(|place| material.pictures[place].kind.as_str());
    Some(if first == second { first } else { ACROSS })
}

impl Count {
    fn new(finders: &[Finder]) -> Self {
        Self {
            pairs: 0,
            duplicates: vec![0; finders.len()],
        }
    }

    fn and(mut self, other: &Self) -> Self {
        self.pairs += other.pairs;
        for (all, more) in self.duplicates.iter_mut().zip(&other.duplicates) {
            *all += more;
        }
        self
    }

    fn add_to(&self, table: &mut Table, row: &str, pictures: String) {
        let counts = [self.pairs]
            .into_iter()
            .chain(self.duplicates.iter().copied());
        let counts = counts.map(|count| count.to_string());
        table.add(row, [pictures].into_iter().chain(counts));
    }
}
