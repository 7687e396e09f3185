//! The servers: the same handler in three frameworks, behind a verifier or not. It takes the whole body and does
//! nothing with it, so that what verification adds is not lost in it.

mod actix;
mod axum;
mod hyper;

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;

use ::axum::Router;
use hooksig::tower::VerifyLayer;
use hooksig::{AuditLog, Builder, ConfigError, Counters, ReplayGuard, Verifier};
use tokio::runtime::Runtime;

use crate::Outcome;
use crate::requests::{SCHEME, other_secret, secret};

/// More than all rounds send within the window of the guard, and so its table never fills.
const REMEMBERED: usize = 1 << 20;

pub(crate) struct Server {
    pub(crate) framework: &'static str,
    pub(crate) verification: &'static str,
    pub(crate) address: SocketAddr,
    /// Keeps the server's threads.
    _runtime: Option<Arc<Runtime>>,
}

/// Starts them all. Idle ones cost the one that has its turn nothing.
pub(crate) fn start() -> Outcome<Vec<Server>> {
    let runtime =
        Arc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?);
    let on = || verifier(|builder| builder);
    let mut servers = Vec::new();
    let mut add = |framework, verification, address| {
        let runtime = Some(Arc::clone(&runtime));
        servers.push(Server { framework, verification, address, _runtime: runtime });
    };
    for (verification, router) in routers()? {
        add("axum", verification, runtime.block_on(axum::serve(router))?);
    }
    add("actix", OFF, actix::serve(None)?);
    add("actix", ON, actix::serve(Some(on()?))?);
    add("hyper", OFF, runtime.block_on(hyper::serve(None))?);
    add("hyper", ON, runtime.block_on(hyper::serve(Some(on()?)))?);
    Ok(servers)
}

pub(crate) const OFF: &str = "off";
const ON: &str = "on";

/// What axum is measured with.
fn routers() -> Outcome<Vec<(&'static str, Router)>> {
    let on = || verifier(|builder| builder);
    // What an operator's log costs is the lines and the system calls; where they end up is the operator's matter.
    let log = File::options().append(true).open("/dev/null")?;
    let logged = verifier(|builder| builder.observer(AuditLog::new(log)))?;
    let counted = verifier(|builder| builder.observer(Counters::default()))?;
    let two_keys = verifier(|builder| builder.key("retiring", other_secret()))?;
    let guard = ReplayGuard::in_memory(REMEMBERED);
    Ok(vec![
        (OFF, axum::router()),
        (ON, axum::verified(VerifyLayer::new(on()?))),
        ("on, two keys", axum::verified(VerifyLayer::new(two_keys))),
        ("on, counters", axum::verified(VerifyLayer::new(counted))),
        ("on, audit log", axum::verified(VerifyLayer::new(logged))),
        ("on, replay guard", axum::verified(VerifyLayer::new(on()?).replay(guard))),
    ])
}

fn verifier(more: impl FnOnce(Builder<'static>) -> Builder<'static>) -> Result<Verifier, ConfigError> {
    more(Verifier::builder(SCHEME).key("current", secret())).build()
}
