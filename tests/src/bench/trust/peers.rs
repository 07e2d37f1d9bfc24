//! What other people's fingerprints call duplicates among the same files, at the distances that are usual for them.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;

use vismatch::domain::hamming;

use super::material::Material;
use super::{Finder, Pair, script};
use crate::bench::peers::answer;
use crate::bench::workers;

/// Those of `tests/quality/peers.py`, and up to how many differing bits two pictures are one for them.
const PEERS: [(&str, u32); 3] = [
    ("imagehash phash", 10),
    ("imagehash dhash128", 16),
    ("pdq", 31),
];

/// By the name of a peer and the file of a picture.
type Fingerprints = HashMap<String, HashMap<String, String>>;

/// The finders; or why there are none.
pub fn finders(material: &Material) -> Result<Vec<Finder>, String> {
    let made = fingerprints(material)?;
    let finders = PEERS.iter().map(|(name, radius)| {
        let by_file = made.get(*name).ok_or(format!("{name} is not measured"))?;
        let bits = material.pictures.iter().map(|picture| {
            let text = by_file.get(&picture.file);
            let text = text.ok_or(format!("{name} has not read {}", picture.file))?;
            hex::decode(text).map_err(|error| error.to_string())
        });
        Ok(finder(
            material,
            name,
            *radius,
            &bits.collect::<Result<Vec<_>, String>>()?,
        ))
    });
    finders.collect()
}

fn fingerprints(material: &Material) -> Result<Fingerprints, String> {
    let mut list = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    for picture in &material.pictures {
        writeln!(list, "{}", picture.file).map_err(|error| error.to_string())?;
    }
    let list = fs::File::open(list.path()).map_err(|error| error.to_string())?;
    let mut script = script("peers.py")?;
    let answer = answer(script.arg(material.folder()).stdin(list))?;
    serde_json::from_str(&answer).map_err(|error| error.to_string())
}

/// All pairs of the crowd, and each copy with its source.
fn finder(material: &Material, name: &str, radius: u32, bits: &[Vec<u8>]) -> Finder {
    let is_near = |[one, other]: &Pair| hamming(&bits[*one], &bits[*other]) <= radius;
    let firsts: Vec<usize> = (0..material.crowd).collect();
    let among = workers::each(name, &firsts, |first| {
        let pairs = (first + 1..material.crowd).map(|second| [*first, second]);
        pairs.filter(is_near).collect::<Vec<Pair>>()
    });
    let made = material.descents().filter(is_near);
    Finder {
        name: format!("{name} <= {radius}"),
        duplicates: among.into_iter().flatten().chain(made).collect(),
    }
}
