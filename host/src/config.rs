//! What the operator may set, put together from flags, `VISMATCH_*` and `vismatch.toml`, in that order
//! of strength. Wrong settings fail at start. Not read anywhere below `app`.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::sandbox;

/// Everything `serve` needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; at least one.
    pub listen: Vec<SocketAddr>,
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// The component to run instead of the embedded one.
    pub component: Option<PathBuf>,
    /// Workers, deadline, memory and limits of pixel work.
    pub sandbox: sandbox::Settings,
    /// Largest request body that carries one picture, in bytes.
    pub max_body: u64,
    /// Quality of JPEG renditions, 1 to 100.
    pub quality: u8,
    /// Origins that may call from a page; empty = any.
    pub cors_origins: Vec<String>,
}
