//! How the blocks of a frame lie (ITU-T T.81, A.1 and A.2). Components that are sampled differently are interleaved in
//! minimum coded units (MCUs), each of which has some blocks of each component.

use crate::headers::{Component, components};
use crate::markers::Frame;

/// Pixels on a side of a block.
pub const BLOCK_SIDE: usize = 8;

/// How a frame is made of blocks.
pub(crate) struct Grid {
    pub components: Vec<Component>,
    /// Pixels of the picture, across and down.
    size: (usize, usize),
    /// The most blocks that a component has in an MCU, across and down.
    most: (usize, usize),
    /// MCUs that cover the picture, across and down.
    mcus: (usize, usize),
}

impl Grid {
    pub fn new(segment: &[u8], frame: &Frame) -> Option<Self> {
        let mut components = components(segment)?;
        if let [only] = &mut components[..] {
            // Alone it is never interleaved, whatever its sampling.
            (only.across, only.down) = (1, 1);
        }
        let size = (usize::from(frame.width), usize::from(frame.height));
        let across = components.iter().map(|component| component.across).max()?;
        let down = components.iter().map(|component| component.down).max()?;
        Some(Self {
            size,
            most: (across, down),
            mcus: (
                size.0.div_ceil(BLOCK_SIDE * across),
                size.1.div_ceil(BLOCK_SIDE * down),
            ),
            components,
        })
    }

    /// Samples of a component that cover the picture, across and down: exactly, not rounded.
    pub fn extent(&self, component: usize) -> (f64, f64) {
        let Component { across, down, .. } = self.components[component];
        let share = |pixels: usize, of: usize, most: usize| (pixels * of) as f64 / most as f64;
        (
            share(self.size.0, across, self.most.0),
            share(self.size.1, down, self.most.1),
        )
    }

    /// Blocks of a component that cover the picture, across and down.
    pub fn covering(&self, component: usize) -> (usize, usize) {
        let Component { across, down, .. } = self.components[component];
        let blocks =
            |pixels: usize, of: usize, most| (pixels * of).div_ceil(most).div_ceil(BLOCK_SIDE);
        (
            blocks(self.size.0, across, self.most.0),
            blocks(self.size.1, down, self.most.1),
        )
    }

    /// Does each block of a component cover 8 by 8 pixels of the picture?
    pub fn is_full(&self, component: usize) -> bool {
        let Component { across, down, .. } = self.components[component];
        (across, down) == self.most
    }

    /// Pixels of a sample of a component, across and down, where they are whole ones.
    pub fn ratio(&self, component: usize) -> Option<(usize, usize)> {
        let Component { across, down, .. } = self.components[component];
        let is_whole = self.most.0.is_multiple_of(across) && self.most.1.is_multiple_of(down);
        is_whole.then(|| (self.most.0 / across, self.most.1 / down))
    }

    /// MCUs that cover the picture, across and down.
    pub fn mcus(&self) -> (usize, usize) {
        self.mcus
    }

    /// Blocks of a component in whole MCUs, across and down.
    pub fn whole(&self, component: usize) -> (usize, usize) {
        let Component { across, down, .. } = self.components[component];
        (self.mcus.0 * across, self.mcus.1 * down)
    }
}
