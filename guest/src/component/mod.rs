//! The only place that names WIT: the world `imaging` over the plain library.
//!
//! Translation and nothing else; what the functions do is said in `wit/` and in the modules.

mod convert;

/// What `wit-bindgen` makes of `wit/`.
#[allow(missing_docs, clippy::all, clippy::unwrap_used, clippy::expect_used)]
mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "imaging" });

    export!(Component);

    /// The component.
    pub struct Component;
}

use bindings::Component;
use bindings::exports::vismatch::pipeline::{
    about, comparison, hashing, pipeline, rendering, types,
};
use types::{ImageError, ImageFormat, ImageInfo, Limits};

use crate::fingerprint::{self, Algorithm, Fingerprint};
use crate::info::Orientation;
use crate::sketch::Sketch;
use crate::verification::judge;

impl hashing::Guest for Component {
    fn algorithms() -> Vec<hashing::AlgorithmInfo> {
        Algorithm::ALL.map(hashing::AlgorithmInfo::from).into()
    }

    fn hash(
        image: Vec<u8>,
        algorithms: Vec<hashing::Algorithm>,
        limits: Limits,
    ) -> Result<Vec<hashing::Fingerprint>, ImageError> {
        let algorithms: Vec<Algorithm> = convert::all(algorithms);
        Ok(convert::all(crate::hash::hash(
            &image,
            &algorithms,
            &limits.into(),
        )?))
    }

    fn hash_orientations(
        image: Vec<u8>,
        algorithm: hashing::Algorithm,
        limits: Limits,
    ) -> Result<Vec<hashing::OrientedFingerprint>, ImageError> {
        Ok(convert::all(crate::hash::hash_orientations(
            &image,
            algorithm.into(),
            &limits.into(),
        )?))
    }

    fn luma_plane(image: Vec<u8>, limits: Limits) -> Result<Vec<u8>, ImageError> {
        Ok(crate::hash::luma_plane(&image, &limits.into())?)
    }
}

impl comparison::Guest for Component {
    fn distance(a: hashing::Fingerprint, b: hashing::Fingerprint) -> Result<u32, ImageError> {
        Ok(Fingerprint::from(a).distance(&b.into())?)
    }

    fn similarity(a: hashing::Fingerprint, b: hashing::Fingerprint) -> Result<f64, ImageError> {
        Ok(Fingerprint::from(a).similarity(&b.into())?)
    }

    fn nearest(
        bank: Vec<u8>,
        query: Vec<u8>,
        radius: u32,
        count: u32,
    ) -> Result<Vec<comparison::Neighbour>, ImageError> {
        Ok(convert::all(fingerprint::nearest(
            &bank, &query, radius, count,
        )?))
    }

    fn judge(
        a: Vec<u8>,
        b: Vec<u8>,
        any_orientation: bool,
    ) -> Result<comparison::Judgement, ImageError> {
        let (a, b) = (Sketch::from_bytes(a)?, Sketch::from_bytes(b)?);
        Ok(judge(&a, &b, Orientation::counted(any_orientation)).into())
    }

    fn compare(
        a: Vec<u8>,
        b: Vec<u8>,
        threshold: Option<u32>,
        limits: Limits,
    ) -> Result<comparison::Comparison, ImageError> {
        Ok(crate::compare::compare(&a, &b, threshold, &limits.into())?.into())
    }
}

impl rendering::Guest for Component {
    fn render(
        image: Vec<u8>,
        specs: Vec<rendering::RenditionSpec>,
        limits: Limits,
    ) -> Result<Vec<rendering::Rendition>, ImageError> {
        let specs: Vec<crate::rendition::RenditionSpec> = convert::all(specs);
        Ok(convert::all(crate::render::render(
            &image,
            &specs,
            &limits.into(),
        )?))
    }
}

impl pipeline::Guest for Component {
    fn inspect(image: Vec<u8>, limits: Limits) -> Result<ImageInfo, ImageError> {
        Ok(crate::decode::inspect(&image, &limits.into())?.into())
    }

    fn process(
        image: Vec<u8>,
        plan: pipeline::Plan,
        limits: Limits,
    ) -> Result<pipeline::Outcome, ImageError> {
        Ok(crate::process::process(&image, &plan.into(), &limits.into())?.into())
    }
}

impl about::Guest for Component {
    fn version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn formats() -> Vec<ImageFormat> {
        convert::all(crate::info::ImageFormat::ALL.to_vec())
    }

    fn self_test() -> Result<(), String> {
        crate::self_test::run()
    }
}
