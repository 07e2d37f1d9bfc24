//! Pictures that are being compared: each is read once, and kept until its last pair.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use vismatch::domain::Limits;
use vismatch_pipeline::compare::Compared;

use super::Pair;
use super::material::Material;

/// The pictures of some pairs.
pub struct Opened<'a> {
    material: &'a Material,
    slots: HashMap<usize, Mutex<Slot>>,
}

#[derive(Default)]
struct Slot {
    /// Pairs that still need it.
    left: usize,
    picture: Option<Arc<Compared>>,
}

impl<'a> Opened<'a> {
    /// None is read yet.
    pub fn new(material: &'a Material, pairs: &[Pair]) -> Self {
        let mut slots: HashMap<usize, Mutex<Slot>> = HashMap::new();
        for place in pairs.as_flattened() {
            let slot = slots.entry(*place).or_default();
            slot.get_mut().expect("nobody has panicked with it").left += 1;
        }
        Self { material, slots }
    }

    /// A picture for one of its pairs.
    pub fn take(&self, place: usize) -> Arc<Compared> {
        let slot = self.slots[&place].lock();
        let mut slot = slot.expect("a worker that panics ends the bench");
        let picture = slot.picture.take().unwrap_or_else(|| {
            let read = Compared::read(&self.material.bytes(place), &Limits::default());
            Arc::new(read.expect("a picture that was read before"))
        });
        slot.left -= 1;
        if slot.left > 0 {
            slot.picture = Some(Arc::clone(&picture));
        }
        picture
    }
}
