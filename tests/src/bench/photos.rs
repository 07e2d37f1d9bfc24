//! The photos that benches measure: those of `../shared/data`, the same as the peers' scripts measure.

use std::fs;
use std::path::{Path, PathBuf};

use vismatch_pipeline::decode;
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;
use walkdir::WalkDir;

use super::{Options, peers};

/// A JPEG file.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Where it is.
    pub path: PathBuf,
    /// Its upright size.
    pub size: Dimensions,
}

impl Photo {
    /// Millions of pixels.
    pub fn megapixels(&self) -> f64 {
        f64::from(self.size.width) * f64::from(self.size.height) / 1e6
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).expect("a photo can be read")
    }
}

/// The photos that the peers' scripts measure; all JPEG photos where the scripts are not there. `None`,
/// said on standard error, without photos.
pub fn measured(options: &Options) -> Option<Vec<Photo>> {
    let data = shared_data()?;
    let paths = peers::photo_list(&data, options).unwrap_or_else(|reason| {
        eprintln!("not the peers' choice of photos, but all of them: {reason}");
        let all = jpegs(&data.join("photos"));
        let most = options.at_most(all.len());
        all.into_iter().take(most).collect()
    });
    Some(paths.into_iter().map(photo).collect())
}

/// Millions of pixels of all of them.
pub fn megapixels(photos: &[Photo]) -> f64 {
    photos.iter().map(Photo::megapixels).sum()
}

/// The folder of test pictures; says on standard error when it is not there.
pub fn shared_data() -> Option<PathBuf> {
    let data = crate::shared_data();
    if data.is_none() {
        crate::skipped("the photos of ../shared/data are not there");
    }
    data
}

/// The JPEG files in a folder and below, by name.
pub fn jpegs(folder: &Path) -> Vec<PathBuf> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("the folder can be read").into_path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "jpg"))
        .collect()
}

fn photo(path: PathBuf) -> Photo {
    let bytes = fs::read(&path).expect("a photo can be read");
    let info = decode::inspect(&bytes, &Limits::default());
    let size = info.expect("a sound photo").size;
    Photo { path, size }
}
