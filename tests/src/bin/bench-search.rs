//! The Hamming index beside FAISS's scan: queries a second, exactness, memory, building, inserting while
//! searching, and how soon a snapshot is ready. One thread on one core, CPU time; inserting takes two.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use vismatch::domain::Fingerprint;
use vismatch::index::{Hit, Index, IndexQuery, Mark};
use vismatch_tests::Random;
use vismatch_tests::bench::comparison::{Bars, line};
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::material::{self, Material, fingerprint, image, number, project};
use vismatch_tests::bench::peers::Peers;
use vismatch_tests::bench::{self, milliseconds};

/// How much is measured.
#[derive(Parser)]
struct Searching {
    /// Fingerprints to search in; 10000000 takes some minutes and 8 GB
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    n: usize,
    /// Bits of the fingerprints
    #[arg(long, value_delimiter = ',', value_name = "BITS", default_values_t = [64, 256])]
    bits: Vec<u32>,
    #[command(flatten)]
    shared: bench::Options,
}

impl Searching {
    /// Fingerprints to search in.
    fn count(&self) -> usize {
        self.shared.at_most(self.n)
    }
}

/// How long a figure is measured.
const BUDGET: Duration = Duration::from_secs(2);
/// How long images are inserted.
const INSERTING: Duration = Duration::from_secs(5);

/// Seconds a query.
#[derive(Clone, Copy)]
struct Speed {
    nearest: f64,
    within: f64,
}

fn main() {
    let options = Searching::parse();
    let inserting = inserting(options.count());
    cost::pin();
    let mut bars = Bars::default();
    let mut text = match Peers::find() {
        Ok(peers) => beside_faiss(&peers, &options, &mut bars),
        Err(reason) => format!("FAISS is not measured: {reason}\n"),
    };
    text += &radii(options.count(), options.shared.rounds);
    text += &inserting.table(&mut bars);
    options.shared.publish("search", &(text + &bars.table()));
}

fn beside_faiss(peers: &Peers, options: &Searching, bars: &mut Bars) -> String {
    let mut table = format!(
        "### Hamming search, {} random fingerprints with planted neighbours\n\n\
         One thread; a radius of 10 of 64 bits and 31 of 256.\n\n\
         | engine | bits | build | bytes a fingerprint | k=3 queries/s | radius queries/s | recall |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
        options.count()
    );
    let times = if options.count() >= 10_000_000 {
        30.0
    } else {
        10.0
    };
    let mut snapshots = String::new();
    for &bits in &options.bits {
        let material = material::uniform(peers, bits, options.count()).unwrap();
        let (index, build) = build(&material);
        let (told, bytes) = snapshot(&index, bits);
        let recall = recall(&index, &material);
        let before = speed(&index, &material, options.shared.rounds);
        let faiss = material::faiss(peers, bits, options.count()).unwrap();
        let after = speed(&index, &material, options.shared.rounds);
        let ours = Speed {
            nearest: (before.nearest + after.nearest) / 2.0,
            within: (before.within + after.within) / 2.0,
        };
        let rate = |seconds: f64| format!("{:.0}", 1.0 / seconds);
        line(
            &mut table,
            &[
                "vismatch",
                &bits.to_string(),
                &format!("{:.2} s", build.as_secs_f64()),
                &format!("{bytes:.1}"),
                &rate(ours.nearest),
                &rate(ours.within),
                &format!("{recall:.3}"),
            ],
        );
        let theirs = [rate(faiss.k_s), rate(faiss.radius_s)];
        line(
            &mut table,
            &[
                "FAISS IndexBinaryFlat",
                &bits.to_string(),
                "-",
                "-",
                &theirs[0],
                &theirs[1],
                "1.000",
            ],
        );
        let batch = rate(faiss.batch_s);
        line(
            &mut table,
            &[
                "the same, 100 at a time",
                &bits.to_string(),
                "-",
                "-",
                &batch,
                "-",
                "1.000",
            ],
        );
        let theirs = faiss.k_s.min(faiss.batch_s);
        bars.at_least(
            &format!("{bits} bits, k=3, times FAISS"),
            Some(theirs / ours.nearest),
            times,
        );
        let ratio = Some(faiss.radius_s / ours.within);
        bars.at_least(&format!("{bits} bits, radius, times FAISS"), ratio, times);
        bars.at_least(&format!("{bits} bits, recall"), Some(recall), 1.0);
        if bits == 64 {
            bars.at_most("64 bits, bytes a fingerprint", Some(bytes), 56.0);
            let most = 20.0 * options.count() as f64 / 1e7;
            bars.at_most(
                "64 bits, seconds to build",
                Some(build.as_secs_f64()),
                most.max(2.0),
            );
        }
        snapshots += &told;
    }
    table + &snapshots
}

fn build(material: &Material) -> (Index, Duration) {
    let (build, index) = cost(Who::Own, || material.index());
    (index, build)
}

/// The share of true answers that are found, by radius and by number together.
fn recall(index: &Index, material: &Material) -> f64 {
    let queries = material.queries();
    let (mut found, mut wanted) = (0, 0);
    for (query, truth) in &material.truth {
        let query = &queries[*query];
        let hits = within(index, query, query.algorithm.default_radius());
        let hits: BTreeSet<u64> = hits.iter().map(|hit| number(hit.image)).collect();
        found += truth
            .within
            .iter()
            .filter(|number| hits.contains(number))
            .count();
        wanted += truth.within.len().max(hits.len());
        let near = nearest(index, query);
        found += near
            .iter()
            .filter(|hit| hit.distance <= truth.third)
            .count();
        wanted += 3;
    }
    found as f64 / wanted as f64
}

fn speed(index: &Index, material: &Material, rounds: u32) -> Speed {
    let queries = material.queries();
    let radius = queries[0].algorithm.default_radius();
    Speed {
        nearest: seconds_a_query(&queries, rounds, |query| nearest(index, query)),
        within: seconds_a_query(&queries, rounds, |query| within(index, query, radius)),
    }
}

fn within(index: &Index, query: &Fingerprint, radius: u32) -> Vec<Hit> {
    index.search(&IndexQuery {
        project: None,
        fingerprint: query,
        radius,
        limit: usize::MAX,
    })
}

fn nearest(index: &Index, query: &Fingerprint) -> Vec<Hit> {
    index.search(&IndexQuery {
        project: None,
        fingerprint: query,
        radius: query.algorithm.bits(),
        limit: 3,
    })
}

/// Median CPU seconds a query over rounds that together take about the budget.
fn seconds_a_query(
    queries: &[Fingerprint],
    rounds: u32,
    search: impl Fn(&Fingerprint) -> Vec<Hit>,
) -> f64 {
    let begin = Instant::now();
    for query in queries.iter().take(10) {
        std::hint::black_box(search(query));
    }
    let one = begin.elapsed() / 10;
    let count = (BUDGET / rounds).as_secs_f64() / one.as_secs_f64().max(1e-7);
    let count = (count as usize).clamp(1, 20_000);
    let mut queries = queries.iter().cycle();
    let mut round = || {
        let (spent, ()) = cost(Who::Own, || {
            for query in queries.by_ref().take(count) {
                std::hint::black_box(search(query));
            }
        });
        spent
    };
    let rounds = (0..rounds).map(|_| round()).collect();
    median(rounds).as_secs_f64() / count as f64
}

/// Other radii, and fingerprints that are not random.
fn radii(count: usize, rounds: u32) -> String {
    let mut table = format!(
        "\n### Queries a second by radius, {count} fingerprints of 64 bits\n\n\
         In brackets: hits a query. Checked against counting one by one.\n\n\
         | fingerprints | 4 | 8 | 10 | 12 | 16 | k=3 |\n|---|---:|---:|---:|---:|---:|---:|\n"
    );
    for material in [material::crowds(count), material::smooth(count)] {
        let (index, queries) = (material.index(), material.queries());
        let mut cells = vec![material.name.to_owned()];
        for radius in [4, 8, 10, 12, 16] {
            let sample = queries.iter().take(5);
            for query in sample {
                let counted = material.count(query, radius);
                assert_eq!(within(&index, query, radius).len(), counted);
            }
            let hits = queries
                .iter()
                .map(|query| within(&index, query, radius).len());
            let hits = hits.sum::<usize>() / queries.len();
            let seconds = seconds_a_query(&queries, rounds, |query| within(&index, query, radius));
            cells.push(format!("{:.0} ({hits})", 1.0 / seconds));
        }
        let seconds = seconds_a_query(&queries, rounds, |query| nearest(&index, query));
        cells.push(format!("{:.0}", 1.0 / seconds));
        line(
            &mut table,
            &cells.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    table
}

/// How long a snapshot takes, and until it answers; and how many bytes it has for each fingerprint: it is
/// the arrays that are searched, as they lie in memory.
fn snapshot(index: &Index, bits: u32) -> (String, f64) {
    let folder = tempfile::tempdir_in(bench::folder()).unwrap();
    let file = folder.path().join("snapshot");
    let mark = Mark {
        sequence: 1,
        witnesses: Vec::new(),
    };
    let begin = Instant::now();
    let written = File::create(&file).unwrap();
    index.save(&written, mark).unwrap();
    written.sync_all().unwrap();
    let saved = begin.elapsed();
    let begin = Instant::now();
    let (opened, _) = Index::open(&File::open(&file).unwrap()).unwrap();
    let ready = begin.elapsed();
    assert_eq!(opened.images(), index.images());
    let bytes = std::fs::metadata(&file).unwrap().len();
    let text = format!(
        "\nSnapshot of {} fingerprints of {bits} bits: {}, written in {}, checked and ready in {}.\n",
        index.images(),
        bench::mebibytes(bytes),
        milliseconds(saved),
        milliseconds(ready)
    );
    (text, bytes as f64 / index.images() as f64)
}

/// What happens while images come.
struct Inserting {
    inserts: f64,
    searches: Vec<Duration>,
}

/// Inserts images one by one while another thread searches.
fn inserting(count: usize) -> Inserting {
    let material = material::crowds(count);
    let (index, queries) = (material.index(), material.queries());
    let (stop, mut random) = (AtomicBool::new(false), Random::new(1));
    let mut inserted = 0_u64;
    let searches = std::thread::scope(|scope| {
        let searching = scope.spawn(|| {
            let mut took = Vec::new();
            for query in queries.iter().cycle() {
                let begin = Instant::now();
                std::hint::black_box(within(&index, query, 10));
                took.push(begin.elapsed());
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            took
        });
        let begin = Instant::now();
        while begin.elapsed() < INSERTING {
            for _ in 0..100 {
                let made = fingerprint(&random.bits().to_be_bytes());
                index.insert(&project(), image(count as u64 + inserted), &[made]);
                inserted += 1;
            }
        }
        stop.store(true, Ordering::Relaxed);
        searching.join().unwrap()
    });
    Inserting {
        inserts: inserted as f64 / INSERTING.as_secs_f64(),
        searches,
    }
}

impl Inserting {
    fn table(mut self, bars: &mut Bars) -> String {
        bars.at_least(
            "inserts a second while searching",
            Some(self.inserts),
            200_000.0,
        );
        let mut text = String::from("\n### One thread inserts, one searches (radius 10)\n\n");
        let rate = self.searches.len() as f64 / INSERTING.as_secs_f64();
        let [median, late] = [0.5, 0.999].map(|share| bench::quantile(&mut self.searches, share));
        writeln!(
            text,
            "{:.0} inserts/s; {rate:.0} searches/s, median {}, 99.9 % within {}.",
            self.inserts,
            milliseconds(median),
            milliseconds(late)
        )
        .unwrap();
        text
    }
}
