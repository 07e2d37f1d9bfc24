//! `vismatch serve`: the server.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, value_parser};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::{
    BasePath, Config, Host, InvalidBasePath, InvalidHost, InvalidNetwork, Location, LogFormat,
    Network,
};
use crate::domain::PluginFile;
use crate::http;

use super::flags::{DataFlag, SandboxFlags, size};
use super::{logging, output, stop};

/// How long running requests may take to finish after the signal to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(60);

const HELP: &str = "\
Examples:
  vismatch serve
  vismatch serve --listen 127.0.0.1:8080 --data /srv/pictures
  vismatch serve --host pictures.example --cors-origin https://shop.example
  vismatch serve --listen 0.0.0.0:3000 --open-to-network
  vismatch serve --plugin edges=edges.wasm --plugin faces=faces.wasm
  VISMATCH_SANDBOX_TIMEOUT=30s vismatch serve --log-format json

  vismatch.toml:
    listen = [\"127.0.0.1:3000\", \"[::1]:3000\"]
    max_body = \"128MiB\"
    sandbox_timeout = \"30s\"
    plugin = [\"edges=/srv/edges.wasm\"]

When it is ready it prints one line with its addresses. Pictures that are put into \
<data>/image_root/<project>/ are found and indexed. The first SIGINT or SIGTERM finishes the requests \
that are running, for at most a minute; the second one does not.
A plugin is a WebAssembly component of the world vismatch:pipeline/hasher (`vismatch component --wit`; `vismatch \
plugin FILE` tries one). It is granted nothing, asked about every picture, and searched by its name, as in \
POST /projects/p/matches?algorithm=edges; GET /plugins says how it is. One that misbehaves is disabled.
Nobody is asked who they are, so it listens beyond this machine only with --open-to-network: whoever reaches the \
address may then read, add and delete. Put something that asks before it.
Web pages: only those of this machine (http://localhost:8080, http://127.0.0.1:5000 ...), its own, and those that \
--cors-origin names may read or change anything. Requests are answered under the names of this machine, the \
addresses that it listens on, and what --host names, such as the name of a reverse proxy; another name is answered \
421, because a page whose name was made to lead here could read everything. A reverse proxy should send on the Host \
that it was asked for, or X-Forwarded-Host. A proxy that hands on what lies below a path of its own says that path by \
X-Forwarded-Prefix, or --base-path does; it may take the path off or leave it on.
Clients share workers, memory and connections by their addresses (an IPv6 network of 64 bits is one). Behind a proxy \
all of them have its address, unless --trusted-proxy names it: then the address is that which it adds to X-Forwarded-For \
or Forwarded.";

/// Serve the HTTP API over a data folder
#[derive(Args)]
#[command(after_help = HELP)]
pub struct ServeArguments {
    #[command(flatten)]
    flags: Flags,
}

#[derive(Args, Serialize)]
struct Flags {
    /// Address and port to listen on; may be given several times [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDR", value_parser = address)]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<Vec<SocketAddr>>,
    /// Let --listen name addresses that other machines reach: who does may read, add and delete
    #[arg(long)]
    #[serde(skip_serializing_if = "is_off")]
    open_to_network: bool,
    /// Name or address that the server is called by, as behind a proxy; may be given several times [default: this machine's own]
    #[arg(long, value_name = "NAME", value_parser = host)]
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Vec<String>>,
    /// Proxy that says by X-Forwarded-For or Forwarded for whom it asks, an address or a network; may be given several times
    #[arg(long, value_name = "ADDR", value_parser = network)]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_proxy: Option<Vec<String>>,
    #[command(flatten)]
    #[serde(flatten)]
    data: DataFlag,
    /// Path below which the server is reached, as behind a proxy: /pictures [default: /]
    #[arg(long, value_name = "PATH", value_parser = base_path)]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_path: Option<String>,
    /// Largest body that carries one picture, as 64MiB or in bytes [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_body: Option<u64>,
    /// Quality of JPEG renditions, 1 to 100 [default: 85]
    #[arg(long, value_name = "N", value_parser = value_parser!(u8).range(1..=100))]
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<u8>,
    /// How long the trash keeps what gave way to a duplicate, as 30days or 12h, while servers run [default: 30days]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "humantime_serde::option"
    )]
    trash_retention: Option<Duration>,
    /// Origin of pages that may call; may be given several times [default: pages of this machine]
    #[arg(long, value_name = "ORIGIN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    cors_origin: Option<Vec<String>>,
    /// Let pages of any origin call: for developing a page, never where pictures are private
    #[arg(long)]
    #[serde(skip_serializing_if = "is_off")]
    dev: bool,
    /// Whether answers say where pictures were taken, or keep it to themselves [default: keep]
    #[arg(
        long,
        value_enum,
        value_name = "keep|hide",
        hide_possible_values = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    /// How the log on standard error is written [default: human]
    #[arg(
        long,
        value_enum,
        value_name = "human|json",
        hide_possible_values = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<LogFormat>,
    /// Run a hasher of your own beside the built-in algorithms; may be given several times
    #[arg(long, value_name = "NAME=FILE", value_parser = plugin)]
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<Vec<String>>,
    /// Pictures worked on at once [default: one a core]
    #[arg(long, value_name = "N", help_heading = "Sandbox")]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,
    /// Pictures that may wait for a worker, served in turn by client; one more is answered 503 [default: 256]
    #[arg(long, value_name = "N", help_heading = "Sandbox")]
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<usize>,
    #[command(flatten, next_help_heading = "Sandbox")]
    #[serde(flatten)]
    sandbox: SandboxFlags,
}

/// Serves until a signal asks to stop.
pub async fn run(arguments: ServeArguments, config: Option<&Path>) -> Result<ExitCode> {
    let config = Config::load(config, &arguments.flags)?;
    logging::of_server(config.log_format)?;
    if config.dev {
        tracing::warn!(
            "--dev: a page of any origin that a browser here opens can read, add and delete"
        );
    }
    http::check_clock()?;
    let stop = stop::on_signal()?;
    let listeners = bind(&config.listen).await?;
    tokio::select! {
        app = App::start(config) => serve(app?, listeners, stop).await?,
        () = stop.cancelled() => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(app: App, listeners: Vec<TcpListener>, stop: CancellationToken) -> Result<()> {
    announce(&listeners, &app.config.data)?;
    let served = tokio::select! {
        served = http::serve(app.clone(), listeners, stop.clone().cancelled_owned()) => served,
        () = drain_timeout(stop) => Ok(()),
    };
    app.stop().await;
    tracing::info!("stopped");
    served
}

/// Some time after the signal: a request that never ends does not hold the server for ever.
async fn drain_timeout(stop: CancellationToken) {
    stop.cancelled().await;
    tracing::info!("stopping: finishing the requests that are running");
    tokio::time::sleep(DRAIN_TIMEOUT).await;
    tracing::warn!("requests that are still running after {DRAIN_TIMEOUT:?} are cut off");
}

/// Checked as the environment's and the file's are, and told of before anything is begun.
fn plugin(text: &str) -> Result<String, String> {
    text.parse::<PluginFile>().map(|_| text.to_owned())
}

/// A flag without a value says nothing where it is not given.
fn is_off(flag: &bool) -> bool {
    !flag
}

fn host(text: &str) -> Result<String, InvalidHost> {
    text.parse::<Host>().map(|_| text.to_owned())
}

fn network(text: &str) -> Result<String, InvalidNetwork> {
    text.parse::<Network>().map(|_| text.to_owned())
}

fn base_path(text: &str) -> Result<String, InvalidBasePath> {
    text.parse::<BasePath>().map(|_| text.to_owned())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let refusal = |_| "not an address and port such as 127.0.0.1:3000 or [::1]:3000".to_owned();
    text.parse().map_err(refusal)
}

/// Binds every address before anything slow is done: a taken port is told at once, and who calls
/// during the start waits instead of being turned away.
async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>> {
    let mut listeners = Vec::with_capacity(addresses.len());
    for &address in addresses {
        let bound = TcpListener::bind(address).await;
        let hint = bound.as_ref().err().map_or("", hint);
        listeners.push(bound.with_context(|| format!("cannot listen on {address}{hint}"))?);
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "everyone who can reach this address can read, add and delete: there is no authentication");
        }
    }
    Ok(listeners)
}

fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::AddrInUse => ": another program does; --listen takes another address",
        ErrorKind::PermissionDenied => ": ports below 1024 need privileges",
        ErrorKind::AddrNotAvailable => ": it is no address of this machine",
        _ => "",
    }
}

fn announce(listeners: &[TcpListener], data: &Path) -> Result<()> {
    let mut urls = Vec::with_capacity(listeners.len());
    for listener in listeners {
        urls.push(format!("http://{}", listener.local_addr()?));
    }
    let data: PathBuf = std::path::absolute(data)?;
    let text = format!(
        "vismatch is ready: {} (the page; the API is described at /docs; data in {})",
        urls.join(" "),
        data.display()
    );
    output::line(&text).context("cannot tell the address")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[derive(clap::Parser)]
    struct Shell {
        #[command(flatten)]
        arguments: ServeArguments,
    }

    #[test]
    fn every_flag_is_a_setting() {
        let command = Shell::command();
        for flag in command.get_arguments() {
            let name = flag.get_id().as_str();
            if name != "help" {
                assert!(crate::config::KEYS.contains(&name), "{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_told_plainly() {
        let first = bind(&[SocketAddr::from(([127, 0, 0, 1], 0))])
            .await
            .unwrap();
        let address = first[0].local_addr().unwrap();
        let error = bind(&[address]).await.unwrap_err();
        assert!(error.to_string().contains("another program"), "{error}");
    }
}
