//! Twilio behind a proxy that terminates TLS, in every adapter: plain HTTP, an internal host and
//! forwarded headers at the door, one line of configuration.
#![cfg(all(feature = "axum", feature = "actix", feature = "form", feature = "hyper", feature = "tower"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::http::HeaderMap;
use hooksig::{Secret, Verifier, providers};
use support::apps::{self, Adapter};
use support::client::Connection;

const BODY: &[u8] =
    b"CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212";

/// The signature that Twilio's documentation publishes for this body, the token 12345 and the URL
/// `https://mycompany.com/myapp.php?foo=1&bar=2`.
const SIGNATURE: &str = "GvWf1cFY/Q7PnoempGyD5oXAezc=";

fn headers(forwarded_host: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    headers.insert("x-twilio-signature", SIGNATURE.parse().unwrap());
    headers.insert("x-forwarded-proto", "https".parse().unwrap());
    headers.insert("x-forwarded-host", forwarded_host.parse().unwrap());
    headers.insert("forwarded", format!("host={forwarded_host};proto=https").parse().unwrap());
    headers
}

#[test]
fn one_line_says_what_the_sender_knows_us_as() {
    for adapter in Adapter::ALL {
        let builder = || Verifier::builder(providers::TWILIO).key("default", Secret::new("12345"));
        let port = apps::serve(adapter, builder().public_base("https://mycompany.com").build().unwrap());
        let send = |port, target: &str, headers: &HeaderMap, body: &[u8]| {
            let answer = Connection::new(port).send("POST", target, headers, body, None);
            (answer.status, answer.header("x-reason").map(str::to_owned), answer.body)
        };
        let target = "/myapp.php?foo=1&bar=2";
        assert_eq!(
            send(port, target, &headers("any"), BODY),
            (200, Some("ok".to_owned()), BODY.to_vec()),
            "{adapter:?}"
        );

        // Where the configured base is another, no forwarded header helps.
        let other = apps::serve(adapter, builder().public_base("https://example.com").build().unwrap());
        for (port, target, body) in [
            (other, target, BODY),
            (port, "/myapp.php?foo=1&bar=3", BODY),
            (port, "/myapp.php", BODY),
            (port, target, &BODY[1..]),
        ] {
            let (status, reason, answer) = send(port, target, &headers("mycompany.com"), body);
            assert_eq!((status, reason.as_deref()), (401, Some("mismatch")), "{adapter:?} {target}");
            assert!(answer.is_empty());
        }
        let mut json = headers("any");
        json.insert("content-type", "application/json".parse().unwrap());
        let (status, reason, _) = send(port, target, &json, BODY);
        assert_eq!((status, reason.as_deref()), (401, Some("missing_body_hash")), "{adapter:?}");
    }
}
