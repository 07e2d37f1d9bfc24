//! The words of the server: projects, images, fingerprints, renditions, matches.
//!
//! Plain data and the rules that hold for it alone. No I/O, no async, no framework; what a picture
//! *is* (formats, orientations, fingerprints) is said by the pipeline's own types, used here as they are.

mod algorithm;
mod client;
mod comparison;
mod copies;
pub mod file_name;
mod id;
mod image;
mod limit;
mod matching;
mod merged;
mod name;
mod plugin;
mod project;
mod rendition;
mod resolution;
mod unique;
mod words;

pub use algorithm::{AlgorithmDefinition, AlgorithmId, NamedAlgorithm, StoredFingerprints};
pub use client::Client;
pub use comparison::{ComparisonView, DifferenceView};
pub use copies::{BestCopy, Merit, Merits, best_copy};
pub use id::{ImageId, InvalidId, Sha256};
pub use image::{Image, NewImage};
pub use limit::{InvalidLimit, MAX_LIMIT, check_limit};
pub use matching::{DuplicateGroup, DuplicateMember, Match, MatchKind, Relation};
pub use merged::Merged;
pub use name::{ImageName, InvalidName, ProjectName};
pub use plugin::{
    HasherDescription, HasherInput, PluginFile, PluginFingerprint, PluginName, PluginVersionId,
};
pub use project::Project;
pub use rendition::RenditionKind;
pub use resolution::{Decision, InvalidPair, Pair, Resolved, Trashed};
pub use unique::unique;
pub use words::{
    AlgorithmName, HasherInputName, HealthName, MatchKindName, OnDuplicateName, OrientationName,
    OrientationScope, PluginStateName, ReadinessName, RenditionName, VerdictName,
};

pub use vismatch_pipeline::bank::{BankWriter, Header as BankHeader, Mark as BankMark};
pub use vismatch_pipeline::comparison::{Comparison, Difference, Judgement, Verdict};
pub use vismatch_pipeline::cropped;
pub use vismatch_pipeline::error::{Excess, ImageError, Limit};
pub use vismatch_pipeline::features;
pub use vismatch_pipeline::fingerprint::{Algorithm, Fingerprint, hamming, similarity};
pub use vismatch_pipeline::info::{
    Dimensions, Exif, ImageFormat, ImageInfo, Location, Orientation,
};
pub use vismatch_pipeline::limits::Limits;
pub use vismatch_pipeline::rendition::{Outcome, Plan, Rendition, RenditionSize, RenditionSpec};
pub use vismatch_pipeline::sketch::Sketch;
pub use vismatch_pipeline::verification::{judge, judge_parts};
