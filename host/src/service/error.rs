//! Why a use case has no answer, sorted by who must act.

use std::time::Duration;

use thiserror::Error;

use crate::domain::{Excess, ImageError, ImageId, InvalidLimit, InvalidName};
use crate::sandbox::CallError;
use crate::store::StoreError;

/// Why a use case has no answer.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// There is no such thing; the text names it.
    #[error("{0}")]
    NotFound(String),
    /// It is there already; the text says what, the id says where.
    #[error("{message}")]
    Conflict {
        /// What is in the way.
        message: String,
        /// The image that is in the way.
        image: Option<ImageId>,
    },
    /// A name or argument cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// The bytes are not a picture that can be read: unsupported, broken.
    #[error("{0}")]
    NotAPicture(ImageError),
    /// A sound picture over a limit, or more than the sandbox can spend on it.
    #[error("{0}")]
    TooLarge(String),
    /// Too much at once; try again after about this long.
    #[error("the server is busy, try again")]
    Busy {
        /// A sensible pause.
        retry_after: Duration,
    },
    /// Another process holds what is needed; try again later.
    #[error("{0}")]
    Held(String),
    /// Our fault: the text is for the log.
    #[error("{0}")]
    Internal(#[source] anyhow::Error),
}

impl ServiceError {
    /// The bytes that were given are to blame, not the caller's wishes and not we.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::NotAPicture(_) | Self::TooLarge(_) | Self::Invalid(_)
        )
    }
}

impl From<InvalidLimit> for ServiceError {
    fn from(error: InvalidLimit) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<InvalidName> for ServiceError {
    fn from(error: InvalidName) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<CallError> for ServiceError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Image(image) => image.into(),
            CallError::Timeout(_) | CallError::OutOfMemory { .. } => {
                Self::TooLarge(error.to_string())
            }
            CallError::Trap(_) => Self::NotAPicture(ImageError::Corrupt(error.to_string())),
            CallError::Busy { retry_after } => Self::Busy { retry_after },
            CallError::Input(_) => Self::Internal(error.into()),
        }
    }
}

impl From<ImageError> for ServiceError {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::TooLarge(Excess { .. }) => Self::TooLarge(error.to_string()),
            ImageError::InvalidParameter(text) => Self::Invalid(text),
            ImageError::UnsupportedFormat(_) | ImageError::Corrupt(_) => Self::NotAPicture(error),
            ImageError::Internal(_) => Self::Internal(error.into()),
        }
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NameTaken { holder, .. } | StoreError::PictureKnown { holder, .. } => {
                Self::Conflict {
                    message: error.to_string(),
                    image: Some(holder),
                }
            }
            StoreError::NameBlocked { .. }
            | StoreError::BehindALink(_)
            | StoreError::Immutable(_)
            | StoreError::ProjectNameTaken { .. }
            | StoreError::ImageGone { .. }
            | StoreError::TrashTaken { .. }
            | StoreError::ProjectGone { .. } => Self::Conflict {
                message: error.to_string(),
                image: None,
            },
            StoreError::Held { .. } => Self::Held(error.to_string()),
            _ => Self::Internal(error.into()),
        }
    }
}
