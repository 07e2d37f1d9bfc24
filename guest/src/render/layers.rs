//! A picture as it is scaled: planes of red, green and blue, or of luma and chroma. Layers lie as the
//! decoder hands them out, and are turned last, when they are small.

use std::borrow::Cow;

use image::{DynamicImage, RgbImage};

use super::encode::{self, halves_chroma};
use super::fit::Place;
use super::scale::Scaler;
use super::{Source, colour};
use crate::decode::{Picture, Plane, Planes};
use crate::error::ImageError;
use crate::info::Orientation;

/// The layers of a picture, and what is to be done to them before they are shown.
pub struct Layers<'a> {
    scalers: Scalers<'a>,
    orientation: Orientation,
    profile: Option<&'a [u8]>,
}

enum Scalers<'a> {
    Colours(Box<[Scaler<'a>; 3]>),
    Planes {
        luma: Scaler<'a>,
        chroma: Option<Box<[Scaler<'a>; 2]>>,
        /// The file has no more than half of the chroma.
        has_half: bool,
    },
}

impl<'a> Layers<'a> {
    /// Of a decoded picture.
    pub fn of(source: &'a Source) -> Result<Self, ImageError> {
        Ok(match source {
            Source::Pixels(picture) => Self {
                scalers: Scalers::of_picture(picture)?,
                orientation: Orientation::Upright,
                profile: picture.colour_profile.as_deref(),
            },
            Source::Planes(planes) => Self {
                scalers: Scalers::of_planes(planes),
                orientation: planes.info.orientation,
                profile: planes.colour_profile.as_deref(),
            },
        })
    }

    /// A rendition: its place in the upright picture as a JPEG.
    pub fn jpeg(&mut self, place: Place, quality: u8) -> Result<Vec<u8>, ImageError> {
        let place = if self.orientation.swaps_sides() {
            place.turned()
        } else {
            place
        };
        let planes = match self.srgb(place) {
            Some(pixels) => encode::Planes::of_rgb(&pixels, halves_chroma(quality)),
            None => self.scalers.scale(place, quality),
        };
        encode::planes(&planes.upright(self.orientation), quality)
    }

    /// The scaled pixels in sRGB, where there is a profile that says how.
    fn srgb(&mut self, place: Place) -> Option<RgbImage> {
        let profile = self.profile?;
        match &mut self.scalers {
            Scalers::Colours(colours) => {
                let scaled = colours.each_mut().map(|colour| colour.scale(place));
                let pixels = encode::interleaved(scaled.each_ref().map(|plane| &**plane));
                colour::rgb_to_srgb(&pixels, profile)
            }
            Scalers::Planes { luma, chroma, .. } => {
                let luma = luma.scale(place);
                let Some([blue, red]) = chroma.as_deref_mut() else {
                    return colour::grey_to_srgb(&luma, profile);
                };
                let pixels = encode::rgb(&luma, [&*blue.scale(place), &*red.scale(place)]);
                colour::rgb_to_srgb(&pixels, profile)
            }
        }
    }
}

impl<'a> Scalers<'a> {
    fn of_picture(picture: &'a Picture) -> Result<Self, ImageError> {
        match &picture.pixels {
            DynamicImage::ImageLuma8(luma) => Ok(Self::Planes {
                luma: Scaler::of(Cow::Borrowed(luma)),
                chroma: None,
                has_half: false,
            }),
            DynamicImage::ImageRgb8(pixels) => {
                let colours = encode::separated(pixels);
                let scalers = colours.map(|colour| Scaler::of(Cow::Owned(colour)));
                Ok(Self::Colours(Box::new(scalers)))
            }
            _ => Err(ImageError::Internal(
                "pixels are neither grey nor RGB".into(),
            )),
        }
    }

    fn of_planes(planes: &'a Planes) -> Self {
        let scaler = Scaler::new;
        let is_half = |chroma: &[Plane; 2]| {
            let (own, whole) = (chroma[0].unreduced, planes.luma.unreduced);
            2.0 * own.0 <= whole.0 && 2.0 * own.1 <= whole.1
        };
        Self::Planes {
            luma: scaler(&planes.luma),
            chroma: planes
                .chroma
                .as_ref()
                .map(|chroma| Box::new(chroma.each_ref().map(scaler))),
            has_half: planes.chroma.as_ref().is_some_and(is_half),
        }
    }

    fn scale(&mut self, place: Place, quality: u8) -> encode::Planes<'_> {
        let halved = halves_chroma(quality);
        match self {
            Self::Colours(colours) => {
                let scaled = colours.each_mut().map(|colour| colour.scale(place));
                encode::Planes::of_colours(scaled.each_ref().map(|plane| &**plane), halved)
            }
            Self::Planes {
                luma,
                chroma,
                has_half,
            } => {
                let chroma_place = if halved || *has_half {
                    place.halved()
                } else {
                    place
                };
                let chroma = chroma.as_deref_mut();
                encode::Planes {
                    luma: luma.scale(place),
                    chroma: chroma
                        .map(|chroma| chroma.each_mut().map(|plane| plane.scale(chroma_place))),
                }
            }
        }
    }
}
