//! A downloaded bank of fingerprints, searched on the visitor's machine.

use js_sys::{Array, Error, Object};
use vismatch_pipeline::bank::{Bank as Entries, BankError, Mark};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::fingerprint::{Fingerprint, similarity};
use wasm_bindgen::prelude::*;

use crate::errors::thrown;
use crate::views::object;

/// Fingerprints of one project by one algorithm, as `GET /projects/{project}/bank` tells them.
#[wasm_bindgen]
#[derive(Default)]
pub struct Bank(Option<Entries>);

#[wasm_bindgen]
impl Bank {
    /// A bank of nothing, to which the first answer of the server is applied.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in an answer of the server: a whole bank, or what has changed since `sequence`. The facts of
    /// the bank now: `{algorithm, version, sequence, witness, size}`. A cut off or broken answer is
    /// `corrupt`, and changes nothing.
    pub fn apply(&mut self, answer: &[u8]) -> Result<Object, Error> {
        let entries = Entries::read(self.0.as_ref(), answer).map_err(refused)?;
        let facts = facts(&entries);
        self.0 = Some(entries);
        Ok(facts)
    }

    /// Up to `limit` images within `radius` of a fingerprint, nearest first, ties in upload order, as the
    /// server's `check` finds them: `[{image_id, distance, similarity}]`.
    pub fn nearest(
        &self,
        version: u16,
        bits: &str,
        radius: Option<u32>,
        limit: u32,
    ) -> Result<Array, Error> {
        let invalid = |text: &str| thrown(ImageError::InvalidParameter(text.into()));
        let entries = self.0.as_ref().ok_or_else(|| invalid("bank: not loaded"))?;
        let algorithm = entries.algorithm();
        let query = Fingerprint {
            algorithm,
            version,
            bits: hex::decode(bits).map_err(|_| invalid("bits: hexadecimal digits"))?,
            quality: 100,
        };
        let radius = radius.unwrap_or(algorithm.default_radius());
        let found = entries.nearest(&query, radius, limit).map_err(thrown)?;
        let view = |(image, distance): &([u8; 16], u32)| {
            object([
                ("image_id", hex::encode(image).into()),
                ("distance", (*distance).into()),
                ("similarity", similarity(*distance, algorithm.bits()).into()),
            ])
        };
        Ok(found.iter().map(view).collect())
    }
}

fn facts(entries: &Entries) -> Object {
    let Mark { sequence, witness } = entries.mark();
    object([
        ("algorithm", entries.algorithm().name().into()),
        ("version", entries.version().into()),
        // Exact up to 2^53 changes.
        ("sequence", (sequence as f64).into()),
        ("witness", hex::encode(witness).into()),
        ("size", (entries.len() as u32).into()),
    ])
}

fn refused(error: BankError) -> Error {
    thrown(ImageError::Corrupt(error.to_string()))
}
