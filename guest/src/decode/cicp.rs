//! How a file says which colours its samples are: the code points of ITU-T H.273 that HEIF and AVIF have. Not for
//! ICC profiles: where a file has one, it tells primaries and transfer.

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, MatrixCoefficients, TransferCharacteristics,
};

use super::colour;

/// The code points of a picture, of its `nclx` box or its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodePoints {
    pub primaries: u16,
    pub transfer: u16,
    pub matrix: u16,
    pub is_full_range: bool,
}

/// How luma and chroma are made of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Matrix {
    /// The samples are green, blue and red.
    Identity,
    /// Luma has these shares of red and blue; green has the rest.
    Shares { red: f64, blue: f64 },
    /// Luma, green and orange difference.
    YCgCo,
}

impl CodePoints {
    /// What is inferred where a file says nothing.
    pub const UNSAID: Self = Self {
        primaries: 2,
        transfer: 2,
        matrix: 2,
        is_full_range: false,
    };

    /// None of a matrix that is not read. Unspecified is BT.601, as other readers take it.
    pub fn matrix(&self) -> Option<Matrix> {
        // 12 is derived from the primaries.
        let (red, blue) = match (self.matrix, self.primaries) {
            (0, _) => return Some(Matrix::Identity),
            (8, _) => return Some(Matrix::YCgCo),
            (1, _) | (12, 1) => (0.2126, 0.0722),
            (2 | 5 | 6, _) => (0.299, 0.114),
            (4, _) => (0.30, 0.11),
            (7, _) => (0.212, 0.087),
            (9, _) | (12, 9) => (0.2627, 0.0593),
            _ => return None,
        };
        Some(Matrix::Shares { red, blue })
    }

    /// A profile of the primaries, unless they show what those of sRGB do. None where the transfer is that of no
    /// screen: a linear one, and those of a high dynamic range. Others are taken for that of sRGB, which displays
    /// give to pictures of every one of them.
    pub fn profile(&self) -> Option<Vec<u8>> {
        const OF_SCREENS: [u16; 6] = [1, 2, 6, 13, 14, 15];
        let primaries = u8::try_from(self.primaries).ok()?;
        let color_primaries = CicpColorPrimaries::try_from(primaries).ok()?;
        let is_told = !matches!(
            color_primaries,
            CicpColorPrimaries::Reserved | CicpColorPrimaries::Unspecified
        );
        if !is_told || !OF_SCREENS.contains(&self.transfer) {
            return None;
        }
        let mut profile = ColorProfile::new_from_cicp(CicpProfile {
            color_primaries,
            transfer_characteristics: TransferCharacteristics::Srgb,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        });
        // The curves tell the transfer: no reader is to look up another one.
        profile.cicp = None;
        colour::other_than_srgb(profile.encode().ok()?, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile_of(primaries: u16, transfer: u16) -> Option<ColorProfile> {
        let points = CodePoints {
            primaries,
            transfer,
            ..CodePoints::UNSAID
        };
        let profile = points.profile()?;
        Some(ColorProfile::new_from_slice(&profile).unwrap())
    }

    #[test]
    fn wide_primaries_are_a_profile() {
        let display_p3 = ColorProfile::new_display_p3();
        let made = profile_of(12, 13).unwrap();
        for (own, known) in [
            (made.red_colorant, display_p3.red_colorant),
            (made.green_colorant, display_p3.green_colorant),
            (made.blue_colorant, display_p3.blue_colorant),
        ] {
            for distance in [own.x - known.x, own.y - known.y, own.z - known.z] {
                assert!(distance.abs() < 1e-3, "{own:?} {known:?}");
            }
        }
        assert!(profile_of(9, 14).is_some());
        assert!(profile_of(5, 6).is_some());
    }

    #[test]
    fn what_shows_the_colours_of_srgb_has_none() {
        for (primaries, transfer) in [(1, 13), (1, 1), (2, 2), (2, 13), (3, 13), (300, 13)] {
            assert!(
                profile_of(primaries, transfer).is_none(),
                "{primaries} {transfer}"
            );
        }
    }

    #[test]
    fn high_dynamic_ranges_have_none() {
        for transfer in [8, 16, 18] {
            assert!(profile_of(9, transfer).is_none(), "{transfer}");
        }
    }

    #[test]
    fn matrices_are_those_of_the_standard() {
        let matrix = |matrix, primaries| {
            CodePoints {
                matrix,
                primaries,
                ..CodePoints::UNSAID
            }
            .matrix()
        };
        assert_eq!(matrix(2, 2), matrix(6, 1));
        assert_eq!(matrix(12, 1), matrix(1, 1));
        assert_eq!(matrix(12, 9), matrix(9, 9));
        assert_eq!(matrix(0, 1), Some(Matrix::Identity));
        for unread in [3, 10, 11, 13, 14, 15, 255] {
            assert_eq!(matrix(unread, 1), None, "{unread}");
        }
        assert_eq!(matrix(12, 12), None);
    }
}
