//! A picture in every orientation, as a plugin is handed it: its luma plane turned, or its file.

use bytes::Bytes;

use crate::domain::{HasherInput, Orientation, RenditionKind};
use crate::sandbox::Input;
use crate::service::{ServiceError, Services};

use super::PluginPicture;
use super::fingerprinting::SIDE;

/// Begins a JPEG.
const START_OF_IMAGE: [u8; 2] = [0xFF, 0xD8];

/// What is turned.
pub enum Orientable {
    /// The luma plane.
    Plane(Bytes),
    /// The file as it was given, and the picture in it as an upright JPEG.
    File(Input, Bytes),
}

impl Orientable {
    /// What a hasher wants of a picture, to be turned.
    pub async fn new(
        services: &Services,
        picture: &PluginPicture,
        wanted: HasherInput,
    ) -> Result<Self, ServiceError> {
        Ok(match wanted {
            HasherInput::LumaPlane => Self::Plane(picture.luma_plane(services).await?),
            HasherInput::Bytes => {
                let file = picture.file.clone();
                Self::File(file.clone(), upright_jpeg(services, file).await?)
            }
        })
    }

    /// It after what `orientation` says was done to it.
    pub async fn oriented(
        &self,
        services: &Services,
        orientation: Orientation,
    ) -> Result<Input, ServiceError> {
        Ok(match (self, orientation) {
            (Self::Plane(plane), _) => Input::Bytes(turned(plane, orientation)),
            (Self::File(file, _), Orientation::Upright) => file.clone(),
            (Self::File(_, jpeg), _) => {
                let tagged = Input::Bytes(tagged(jpeg, orientation));
                Input::Bytes(upright_jpeg(services, tagged).await?)
            }
        })
    }
}

/// The picture as the sandbox turns it by its EXIF orientation.
async fn upright_jpeg(services: &Services, file: Input) -> Result<Bytes, ServiceError> {
    let original = RenditionKind::Original.spec(services.quality);
    let mut made = services.sandbox.render(file, vec![original]).await?;
    let missing = || ServiceError::Internal(anyhow::anyhow!("the component made no rendition"));
    Ok(made.pop().ok_or_else(missing)?.jpeg.into())
}

/// A plane's cells in another order.
fn turned(plane: &[u8], orientation: Orientation) -> Bytes {
    let cell = |at: usize| {
        let (x, y) = orientation.source(at % SIDE, at / SIDE, SIDE - 1);
        plane[y * SIDE + x]
    };
    (0..plane.len()).map(cell).collect()
}

/// A JPEG of ours, which has no EXIF, with an orientation.
fn tagged(jpeg: &[u8], orientation: Orientation) -> Bytes {
    let mut exif = b"\xFF\xE1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
    // One entry: the orientation, one number of 16 bits. No further directory.
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0");
    exif.extend([orientation.to_exif(), 0, 0, 0, 0, 0, 0, 0]);
    let rest = jpeg.strip_prefix(&START_OF_IMAGE).unwrap_or(jpeg);
    [&START_OF_IMAGE, &exif[..], rest].concat().into()
}
