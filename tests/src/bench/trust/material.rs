//! The pictures that `tests/quality/material.py` makes, and which of them are one picture by right.
//!
//! Strangers, tiles and reposts are a crowd: each is held against each. A copy is held against its source alone.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;

use super::{Pair, pair, script};
use crate::bench::peers::answer;

/// The kind of reposts.
pub const PHOTOS: &str = "photos";

/// Which kinds of strangers and which photos count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// Those that thresholds are chosen on.
    Choose,
    /// Those that are for the table of results alone.
    Final,
    /// Both.
    All,
}

/// What pictures are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of which kinds and photos.
    pub half: Half,
    /// Strangers of each kind, and photos that are posted again, at most.
    pub each: usize,
    /// Tiles at most.
    pub tiles: usize,
    /// Other numbers, other words and places.
    pub seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    Strangers,
    Tiles,
    Reposts,
    Copies,
}

/// A line of the manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Picture {
    /// Where it is in the folder.
    pub file: String,
    /// The kind of a stranger or of a copy's source; `tiles`, or `photos` for reposts.
    pub kind: String,
    /// How it was made of its source.
    pub transform: Option<String>,
    part: Part,
    half: Half,
    source: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
    /// Those that are seen in it.
    #[serde(default)]
    photos: Vec<String>,
}

/// What two pictures of the crowd are to each other by right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// One was made of the other.
    Source,
    /// They show parts of one photo, or were made of one source: nothing is asked of them.
    Related,
    /// They have nothing in common.
    Strangers,
}

/// A folder of pictures.
#[derive(Clone, Debug)]
pub struct Material {
    folder: PathBuf,
    /// The crowd, then the copies.
    pub pictures: Vec<Picture>,
    /// How many of them are the crowd.
    pub crowd: usize,
    /// What each was made of.
    sources: Vec<Vec<usize>>,
}

/// Makes the pictures that are wanted of these photos.
pub fn make(folder: &Path, photos: &Path, wanted: &Wanted) -> Result<(), String> {
    let mut script = script("material.py")?;
    script.arg(folder).arg("--photos").arg(photos);
    let half = wanted.half.to_possible_value();
    script.args([
        "--half",
        half.as_ref().map_or("all", |half| half.get_name()),
    ]);
    script.args(["--each", &wanted.each.to_string()]);
    script.args(["--tiles", &wanted.tiles.to_string()]);
    script.args(["--seed", &wanted.seed.to_string()]);
    answer(&mut script).map(drop)
}

impl Material {
    /// Those pictures of a folder that are wanted.
    pub fn read(folder: &Path, wanted: &Wanted) -> Result<Self, String> {
        let manifest = folder.join("MANIFEST.json");
        let json = fs::read(&manifest);
        let json = json.map_err(|error| format!("{}: {error}", manifest.display()))?;
        let all: Vec<Picture> = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        let mut pictures = chosen(all, wanted);
        pictures.sort_by(|a, b| (a.part, &a.kind).cmp(&(b.part, &b.kind)));
        let crowd = pictures.partition_point(|picture| picture.part != Part::Copies);
        Ok(Self {
            folder: folder.to_owned(),
            sources: sources(&pictures),
            pictures,
            crowd,
        })
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a picture.
    pub fn bytes(&self, place: usize) -> Vec<u8> {
        let path = self.folder.join(&self.pictures[place].file);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Everything that was made of another picture, with that one.
    pub fn descents(&self) -> impl Iterator<Item = Pair> {
        self.descended().map(|(_, pair)| pair)
    }

    /// What was made so, each with its source.
    pub fn made(&self, transform: &str) -> Vec<Pair> {
        let is_so = |made: usize| self.pictures[made].transform.as_deref() == Some(transform);
        let made = self.descended().filter(|(made, _)| is_so(*made));
        made.map(|(_, pair)| pair).collect()
    }

    fn descended(&self) -> impl Iterator<Item = (usize, Pair)> {
        let made = self.sources.iter().enumerate();
        made.flat_map(|(place, sources)| {
            let pairs = sources.iter();
            pairs.map(move |source| (place, pair(place, *source)))
        })
    }

    /// The kinds of the crowd, in its order.
    pub fn kinds(&self) -> Vec<&str> {
        let kinds = self.pictures[..self.crowd].iter();
        let mut kinds: Vec<&str> = kinds.map(|picture| picture.kind.as_str()).collect();
        // All of a kind come one after another.
        kinds.dedup();
        kinds
    }

    /// The pictures of the crowd that are of a kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Picture> {
        let crowd = self.pictures[..self.crowd].iter();
        crowd.filter(move |picture| picture.kind == kind)
    }

    /// What two pictures of the crowd are to each other.
    pub fn kinship(&self, one: usize, other: usize) -> Kinship {
        if self.sources[one].contains(&other) || self.sources[other].contains(&one) {
            return Kinship::Source;
        }
        let [first, second] = [one, other].map(|place| &self.pictures[place]);
        let is_repost = first.part == Part::Reposts;
        let shares_photo = first
            .photos
            .iter()
            .any(|photo| second.photos.contains(photo));
        // Tiles of one photo do not overlap; frames of a burst and memes differ, though they show one.
        match shares_photo && (is_repost || first.kind != second.kind) {
            true => Kinship::Related,
            false => Kinship::Strangers,
        }
    }

    /// It is a mirror image of its source.
    pub fn is_mirrored(&self, place: usize) -> bool {
        self.pictures[place].transform.as_deref() == Some("mirrored")
    }
}

impl Picture {
    fn sources(&self) -> impl Iterator<Item = &String> {
        self.source.iter().chain(&self.sources)
    }
}

/// The places of what each picture was made of.
fn sources(pictures: &[Picture]) -> Vec<Vec<usize>> {
    let files = pictures.iter().map(|picture| picture.file.as_str());
    let places: HashMap<&str, usize> = files.zip(0..).collect();
    let sources = |picture: &Picture| {
        let sources = picture.sources();
        sources.map(|source| places[source.as_str()]).collect()
    };
    pictures.iter().map(sources).collect()
}

/// Those that are wanted, and what was made of them alone.
fn chosen(mut pictures: Vec<Picture>, wanted: &Wanted) -> Vec<Picture> {
    pictures.retain(|picture| wanted.half == Half::All || picture.half == wanted.half);
    let is_whole = |picture: &Picture| picture.sources().next().is_none();
    let (whole, made): (Vec<_>, Vec<_>) = pictures.into_iter().partition(is_whole);
    let (tiles, mut chosen): (Vec<_>, Vec<_>) =
        whole.into_iter().partition(|one| one.part == Part::Tiles);
    let mut counts: HashMap<String, usize> = HashMap::new();
    chosen.retain(|picture| {
        let count = counts.entry(picture.kind.clone()).or_default();
        *count += 1;
        *count <= wanted.each
    });
    // They are in the order of their photos, and are wanted of all of these.
    let step = tiles.len().div_ceil(wanted.tiles.max(1)).max(1);
    chosen.extend(tiles.into_iter().step_by(step).take(wanted.tiles));
    let files: HashSet<String> = chosen.iter().map(|picture| picture.file.clone()).collect();
    let is_known = |picture: &Picture| picture.sources().all(|source| files.contains(source));
    chosen.extend(made.into_iter().filter(is_known));
    chosen
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const WANTED: Wanted = Wanted {
        half: Half::All,
        each: 60,
        tiles: 2_000,
        seed: 0,
    };

    fn line(file: &str, part: &str, kind: &str, more: &Value) -> Value {
        let mut line = json!({"file": file, "part": part, "kind": kind, "half": "choose"});
        let all = line.as_object_mut().unwrap();
        all.extend(more.as_object().unwrap().clone());
        line
    }

    fn material(wanted: &Wanted) -> Material {
        let repost = |file, transform: &str, photo: &str, source: Value| {
            let more = json!({"transform": transform, "photos": [photo], "source": source});
            line(file, "reposts", "photos", &more)
        };
        let sources = json!({"transform": "collage", "photos": ["a", "b"], "sources": ["a", "b"]});
        let copy = json!({"transform": "q50", "source": "chess"});
        let lines = json!([
            line("chess", "strangers", "chess", &json!({"half": "final"})),
            line("tile 1", "tiles", "tiles", &json!({"photos": ["a"]})),
            line("tile 2", "tiles", "tiles", &json!({"photos": ["a"]})),
            line("copy", "copies", "chess", &copy),
            repost("a", "original", "a", Value::Null),
            repost("a cut", "crop30", "a", json!("a")),
            repost("a turned", "rotate5_crop", "a", json!("a")),
            repost("b", "original", "b", Value::Null),
            line("both", "reposts", "photos", &sources),
        ]);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("MANIFEST.json"), lines.to_string()).unwrap();
        Material::read(folder.path(), wanted).unwrap()
    }

    fn kinship(one: &str, other: &str) -> Kinship {
        let material = material(&WANTED);
        let place = |file| material.pictures.iter().position(|one| one.file == file);
        material.kinship(place(one).unwrap(), place(other).unwrap())
    }

    #[test]
    fn what_shows_one_photo_is_no_stranger_to_its_reposts() {
        assert_eq!(kinship("a", "a cut"), Kinship::Source);
        assert_eq!(kinship("both", "b"), Kinship::Source);
        assert_eq!(kinship("a cut", "a turned"), Kinship::Related);
        assert_eq!(kinship("a cut", "tile 1"), Kinship::Related);
        assert_eq!(kinship("tile 1", "tile 2"), Kinship::Strangers);
        assert_eq!(kinship("a turned", "b"), Kinship::Strangers);
        assert_eq!(kinship("chess", "tile 1"), Kinship::Strangers);
    }

    #[test]
    fn copies_come_with_what_they_were_made_of() {
        let files = |wanted| -> Vec<String> {
            let material = material(&wanted);
            assert!(material.crowd <= material.pictures.len());
            let pictures = material.pictures.into_iter();
            pictures.map(|picture| picture.file).collect()
        };
        let half = |half| Wanted { half, ..WANTED };
        assert_eq!(files(half(Half::Final)), ["chess"]);
        let few = Wanted {
            each: 1,
            tiles: 1,
            ..WANTED
        };
        assert_eq!(
            files(few),
            ["chess", "tile 1", "a", "a cut", "a turned", "copy"]
        );
    }
}
