//! Whether what is called a duplicate is one: strangers that look alike, held against each other, and copies that have to be
//! found, with the peers beside it.
//!
//! The pictures are drawn by `tests/quality/material.py`. Fingerprints and sketches are made by the library, candidates are
//! named by the server's rule, and judged as a server judges them. Every pair of strangers, tiles and reposts counts: none
//! may be called a duplicate but a repost and its photo. Half of the kinds and photos are for choosing thresholds
//! (`--half choose`), the other half for the table of results alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use vismatch::domain::Verdict;
use vismatch_tests::bench::comparison::Bars;
use vismatch_tests::bench::trust::material::{self, Half, Material, Wanted};
use vismatch_tests::bench::trust::ours::{self, Judgements};
use vismatch_tests::bench::trust::{Finder, peers, recall, strangers};
use vismatch_tests::bench::{self, photos};

/// Strangers of each kind.
const EACH: usize = 60;
const TILES: usize = 2_000;

#[derive(Parser)]
struct Arguments {
    /// Which kinds and photos count
    #[arg(long, value_enum, default_value_t = Half::All)]
    half: Half,
    /// At most this many tiles of large photos [default: 2000, or what `--most` says]
    #[arg(long, value_name = "N")]
    tiles: Option<usize>,
    /// Another number draws other pictures
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Pictures that `tests/quality/material.py` made before [default: made anew]
    #[arg(long, value_name = "DIR", conflicts_with = "seed")]
    material: Option<PathBuf>,
    /// Measures a project that finds crops
    #[arg(long)]
    crops: bool,
    /// Measures ours alone
    #[arg(long)]
    no_peers: bool,
    #[command(flatten)]
    shared: bench::Options,
}

fn main() {
    let arguments = Arguments::parse();
    let material = match arguments.material() {
        Ok(material) => material,
        Err(missing) => return eprintln!("skipped: {missing}"),
    };
    let begin = Instant::now();
    let judgements = ours::judgements(&material, arguments.crops);
    let seconds = begin.elapsed().as_secs();
    let finders = arguments.finders(&material, &judgements);
    let vismatch = &finders[0];
    tell_faults(&material, vismatch, &judgements);
    let known = ours::compared(&material, &recall::missed_uneven(&material, vismatch));
    let known = known.iter().filter(|judged| judged.verdict.is_duplicate());
    let mut bars = Bars::default();
    let report = [
        arguments.title(&material, &judgements, seconds),
        strangers::table(&material, &finders, &mut bars),
        recall::copies(&material, &finders, &mut bars),
        recall::copies_by_kind(&material, vismatch),
        recall::reposts(&material, &finders, &mut bars),
        recall::uneven_share(&material, vismatch, known.count(), &mut bars),
        bars.table(),
    ];
    arguments.shared.publish("trust", &report.concat());
}

impl Arguments {
    /// The pictures; or what is missing for them.
    fn material(&self) -> Result<Material, String> {
        let wanted = Wanted {
            half: self.half,
            each: self.shared.at_most(EACH),
            tiles: self.tiles.unwrap_or(self.shared.at_most(TILES)),
            seed: self.seed,
        };
        if let Some(folder) = &self.material {
            return Material::read(folder, &wanted);
        }
        let data = photos::shared_data().ok_or("no pictures can be made")?;
        let folder = bench::folder().join("trust");
        material::make(&folder, &data.join("photos"), &wanted)?;
        Material::read(&folder, &wanted)
    }

    /// Ours first; what it calls the same picture, which people act on unseen, once more; then the peers.
    fn finders(&self, material: &Material, judgements: &Judgements) -> Vec<Finder> {
        let ours = |name: &str, weakest| Finder {
            name: name.into(),
            duplicates: judgements.up_to(weakest),
        };
        let mut finders = vec![
            ours("vismatch", Verdict::Edited),
            ours("as the same picture", Verdict::SamePicture),
        ];
        if !self.no_peers {
            match peers::finders(material) {
                Ok(peers) => finders.extend(peers),
                Err(reason) => eprintln!("peers are not measured: {reason}"),
            }
        }
        finders
    }

    fn title(&self, material: &Material, judgements: &Judgements, seconds: u64) -> String {
        let half = match self.half {
            Half::All => "all kinds and photos",
            Half::Choose => "the kinds and photos that thresholds are chosen on",
            Half::Final => "the kinds and photos that no threshold was chosen on",
        };
        let drawn = match &self.material {
            Some(_) => String::from("drawn before"),
            None => format!("seed {}", self.seed),
        };
        let crops = match self.crops {
            true => ", as a project that finds crops does it",
            false => "",
        };
        format!(
            "### What is called a duplicate{crops}\n\n{} pictures and {} copies: {half}, {drawn}. {} pairs are candidates, of {} \
             the pictures are compared; {seconds} s. Strangers that are called duplicates, and the share of copies and \
             reposts that are:\n",
            material.crowd,
            material.pictures.len() - material.crowd,
            judgements.all.len(),
            judgements.compared,
        )
    }
}

/// What is wrongly called a duplicate, and what is wrongly not, with the reasons.
fn tell_faults(material: &Material, ours: &Finder, judgements: &Judgements) {
    let false_pairs = strangers::false_pairs(material, ours).into_iter();
    let missed = material
        .descents()
        .filter(|pair| !ours.duplicates.contains(pair));
    let false_pairs = false_pairs.map(|pair| ("a false pair", pair));
    for (fault, pair) in false_pairs.chain(missed.map(|pair| ("not found", pair))) {
        let [one, other] = pair.map(|place| &material.pictures[place].file);
        let reason = judgements
            .all
            .get(&pair)
            .map_or("no candidates".into(), |judged| {
                format!("{}: {}", judged.verdict.name(), judged.reason)
            });
        eprintln!("{fault}: {one} {other}: {reason}");
    }
}
