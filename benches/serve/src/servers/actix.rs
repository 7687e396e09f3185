//! actix-web, with an extractor, on threads of its own.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use actix_web::{App, HttpServer, web};
use hooksig::Verifier;
use hooksig::actix::Signed;

use crate::Outcome;

pub(super) fn serve(verifier: Option<Verifier>) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let app = move || {
            let hook = web::resource("/hook");
            App::new().service(match &verifier {
                Some(verifier) => hook.app_data(verifier.clone()).route(web::post().to(on_verified)),
                None => hook.route(web::post().to(on_event)),
            })
        };
        let server = HttpServer::new(app).workers(2).listen(listener)?.run();
        actix_web::rt::System::new().block_on(server)
    });
    Ok(address)
}

async fn on_event(body: web::Bytes) -> String {
    body.len().to_string()
}

async fn on_verified(Signed(body): Signed<web::Bytes>) -> String {
    body.len().to_string()
}
