//! What `bench-search` searches in: fingerprints that the peers' script makes, with their exact answers,
//! and fingerprints that come in crowds, as those of real pictures do.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use vismatch::domain::{Algorithm, Fingerprint, ImageId, ProjectName};
use vismatch::index::{Index, Loader};

use super::peers::{Peers, answer};
use crate::Random;

/// Fingerprints one after another, to search in and to search for.
pub struct Material {
    /// What they are called in tables.
    pub name: &'static str,
    /// Bits of each.
    pub bits: u32,
    base: Vec<u8>,
    queries: Vec<u8>,
    /// By the number of the query, as far as it is known.
    pub truth: BTreeMap<usize, Truth>,
}

/// The exact answer to a query.
#[derive(Deserialize)]
pub struct Truth {
    /// Numbers of all fingerprints within the radius.
    pub within: Vec<u64>,
    /// Distance of the third nearest.
    pub third: u32,
}

#[derive(Deserialize)]
struct Answers {
    queries: BTreeMap<usize, Truth>,
}

/// What the peers' script measured of one engine.
#[derive(Clone, Debug, Deserialize)]
pub struct Measured {
    /// Seconds a query for the three nearest.
    pub k_s: f64,
    /// The same, a hundred queries at a time.
    pub batch_s: f64,
    /// Seconds a query for all within the radius.
    pub radius_s: f64,
}

/// Random fingerprints with three planted neighbours a query, kept from run to run.
pub fn uniform(peers: &Peers, bits: u32, count: usize) -> Result<Material, String> {
    let folder = super::folder().join(format!("hashes-{bits}-{count}"));
    if !folder.join("truth.json").exists() {
        let mut script = peers.searching();
        script.arg("--dump").arg(&folder);
        answer(script.args(["--bits", &bits.to_string(), "--n", &count.to_string()]))?;
    }
    let read = |name| fs::read(folder.join(name)).map_err(|error| error.to_string());
    let answers: Answers =
        serde_json::from_slice(&read("truth.json")?).map_err(|error| error.to_string())?;
    Ok(Material {
        name: "random",
        bits,
        base: read("base.bin")?,
        queries: read("queries.bin")?,
        truth: answers.queries,
    })
}

/// FAISS's scan over the same fingerprints, on this process's core.
pub fn faiss(peers: &Peers, bits: u32, count: usize) -> Result<Measured, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut script = peers.searching();
    script.args(["--engines", "faiss-flat", "--no-memory"]);
    script.args(["--bits", &bits.to_string(), "--n", &count.to_string()]);
    answer(script.arg("--out").arg(folder.path()))?;
    measured(&folder.path().join("search.json"))
}

fn measured(file: &Path) -> Result<Measured, String> {
    let json = fs::read(file).map_err(|error| error.to_string())?;
    let rows: Vec<Measured> = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
    rows.into_iter().next().ok_or("no row".into())
}

/// Fingerprints of 64 bits in crowds: a few of thousands, many of two or three, each up to 12 bits from its
/// centre; queries lie as near to a centre.
pub fn crowds(count: usize) -> Material {
    let mut random = Random::new(64);
    let mut base = Vec::with_capacity(count * 8);
    let mut centres = Vec::new();
    while base.len() < count * 8 {
        let centre = random.bits();
        centres.push(centre);
        // The share of crowds larger than n falls with n: 1/n, up to 4,096.
        let size = 4_096 / (1 + random.below(4_096));
        let left = count - base.len() / 8;
        for _ in 0..size.min(left as u64) {
            base.extend(near(centre, &mut random).to_be_bytes());
        }
    }
    let queries = (0..1_000).flat_map(|_| {
        let centre = centres[random.below(centres.len() as u64) as usize];
        near(centre, &mut random).to_be_bytes()
    });
    Material {
        name: "crowds",
        bits: 64,
        queries: queries.collect(),
        base,
        truth: BTreeMap::new(),
    }
}

/// Fingerprints of 64 bits whose neighbouring bits mostly agree, as those of means and gradients do.
pub fn smooth(count: usize) -> Material {
    let mut random = Random::new(65);
    let mut field =
        |count: usize| -> Vec<u8> { (0..count).flat_map(|_| smooth_bits(&mut random)).collect() };
    Material {
        name: "smooth",
        bits: 64,
        base: field(count),
        queries: field(1_000),
        truth: BTreeMap::new(),
    }
}

/// 8x8 bits: each is its left or its upper neighbour's, but for one in six.
fn smooth_bits(random: &mut Random) -> [u8; 8] {
    let mut bits = 0_u64;
    for place in 0..64 {
        let (left, upper) = (place % 8 > 0, place >= 8);
        let from = match (left, upper) {
            (true, true) if random.below(2) == 0 => Some(place - 1),
            (true, false) => Some(place - 1),
            (_, true) => Some(place - 8),
            (false, false) => None,
        };
        let copied = from.filter(|_| random.below(6) > 0);
        let bit = copied.map_or_else(|| random.below(2), |from| bits >> from & 1);
        bits |= bit << place;
    }
    bits.to_be_bytes()
}

fn near(centre: u64, random: &mut Random) -> u64 {
    (0..random.below(13)).fold(centre, |near, _| near ^ 1 << random.below(64))
}

impl Material {
    /// How many fingerprints are searched in.
    pub fn len(&self) -> usize {
        self.base.len() / self.bytes()
    }

    /// There is nothing to search in.
    pub fn is_empty(&self) -> bool {
        self.base.is_empty()
    }

    /// What is searched for.
    pub fn queries(&self) -> Vec<Fingerprint> {
        let queries = self.queries.chunks_exact(self.bytes());
        queries.map(fingerprint).collect()
    }

    /// An index of all of them: the image of each has its number.
    pub fn index(&self) -> Index {
        let (project, mut loader) = (project(), Loader::default());
        for (number, bits) in (0..).zip(self.base.chunks_exact(self.bytes())) {
            loader.add(&project, image(number), &[fingerprint(bits)]);
        }
        loader.finish()
    }

    /// How many there are within a radius of a query, counted one by one.
    pub fn count(&self, query: &Fingerprint, radius: u32) -> usize {
        let all = self.base.chunks_exact(self.bytes());
        all.filter(|bits| vismatch::domain::hamming(bits, &query.bits) <= radius)
            .count()
    }

    fn bytes(&self) -> usize {
        self.bits as usize / 8
    }
}

/// The one project.
pub fn project() -> ProjectName {
    ProjectName::parse("bench").expect("a name")
}

/// The image of a number; later numbers are later uploads.
pub fn image(number: u64) -> ImageId {
    ImageId::from_bytes(u128::from(number).to_be_bytes())
}

/// The number of an image.
pub fn number(image: ImageId) -> u64 {
    u128::from_be_bytes(*image.as_bytes()) as u64
}

/// A fingerprint of 64 or 256 bits.
pub fn fingerprint(bits: &[u8]) -> Fingerprint {
    let algorithm = match bits.len() {
        8 => Algorithm::Phash,
        _ => Algorithm::Pdq,
    };
    Fingerprint {
        algorithm,
        version: algorithm.version(),
        bits: bits.to_vec(),
        quality: 100,
    }
}
