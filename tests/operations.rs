//! Running it: keys that change under load, requests that come twice, and what an auditor reads.
#![cfg(all(feature = "fields", feature = "serde", feature = "sign", feature = "tracing"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use hooksig::{
    Attempt, AuditLog, Counters, ErrorKind, Event, Key, Outcome, Parts, ReplayGuard, Secret, Sources,
    StoreError, UnixTime, Verified, Verifier, providers,
};
use support::random::Random;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// A request of GitHub, signed with this key.
fn signed(key: &str, body: &[u8]) -> [(&'static str, String); 1] {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    let tag: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    [("x-hub-signature-256", format!("sha256={tag}"))]
}

fn github() -> hooksig::Builder<'static> {
    Verifier::builder(providers::GITHUB)
}

// ---- Rotation

#[test]
fn a_rotation_under_load_refuses_nothing() {
    let verifier = github().key("old", Secret::new("test-old")).build().unwrap();
    let signing_new = AtomicBool::new(false);
    let stop = AtomicBool::new(false);
    let acknowledged = AtomicUsize::new(0);
    let proofs = Mutex::new(HashMap::<String, usize>::new());
    let sent = Mutex::new(HashMap::<&str, usize>::new());
    const WORKERS: usize = 4;
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (verifier, signing_new, stop, acknowledged, proofs, sent) =
                (&verifier, &signing_new, &stop, &acknowledged, &proofs, &sent);
            scope.spawn(move || {
                let mut switched = false;
                while !stop.load(Ordering::SeqCst) {
                    let label = if signing_new.load(Ordering::SeqCst) { "new" } else { "old" };
                    if label == "new" && !switched {
                        switched = true;
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                    let headers = signed(&format!("test-{label}"), b"body");
                    let proof = if worker % 2 == 0 {
                        verifier.verify_at(&headers, "body", NOW).map(|proof| proof.split().1)
                    } else {
                        let mut pending = verifier.begin_at(&headers, NOW).unwrap();
                        pending.update(b"body");
                        pending.finish()
                    };
                    let proof = proof.expect("nothing that either key signed is refused");
                    *proofs.lock().unwrap().entry(proof.key().to_owned()).or_default() += 1;
                    *sent.lock().unwrap().entry(label).or_default() += 1;
                }
            });
        }
        let keys = verifier.keys();
        let [old, new] = ["old", "new"].map(|label| Key::new(label, Secret::new(format!("test-{label}"))));
        thread::sleep(Duration::from_millis(30));
        keys.replace([old, new.clone()]).unwrap();
        signing_new.store(true, Ordering::SeqCst);
        while acknowledged.load(Ordering::SeqCst) < WORKERS {
            thread::sleep(Duration::from_millis(1));
        }
        keys.replace([new]).unwrap();
        thread::sleep(Duration::from_millis(30));
        stop.store(true, Ordering::SeqCst);
    });
    let (proofs, sent) = (proofs.into_inner().unwrap(), sent.into_inner().unwrap());
    for label in ["old", "new"] {
        assert_eq!(proofs[label], sent[label], "{label}");
        assert!(sent[label] > 0);
    }
    assert!(verifier.verify_at(&signed("test-old", b"body"), "body", NOW).is_err());
}

#[test]
fn a_revoked_key_is_out_at_once() {
    let build =
        || github().key("one", Secret::new("test-one")).key("two", Secret::new("test-two")).build().unwrap();
    let verifier = build();
    let headers = signed("test-one", b"");
    let pending = verifier.begin_at(&headers, NOW).unwrap();
    assert!(verifier.keys().revoke("one"));
    assert_eq!(pending.finish().unwrap_err().kind(), ErrorKind::Mismatch, "its body was arriving");
    let past = UnixTime::from_secs(1);
    assert_eq!(verifier.verify_at(&headers, "", past).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(verifier.verify_at(&signed("test-two", b""), "", NOW).unwrap().key(), "two");
    assert!(!verifier.keys().revoke("three"));

    // One that came later can be revoked too, also once it has gone again.
    let later = build();
    let key = |name: &str| Key::new(name, Secret::new(format!("test-{name}")));
    later.keys().replace([key("one"), key("three")]).unwrap();
    later.keys().replace([key("one")]).unwrap();
    assert!(later.keys().revoke("three"));
    later.keys().replace([key("one"), key("three")]).unwrap();
    let active: Vec<_> = later.keys().report(NOW).iter().map(|key| key.active).collect();
    assert_eq!(active, [true, false]);

    // It stays revoked however often it is handed in again.
    verifier
        .keys()
        .replace([Key::new("one", Secret::new("test-one")), Key::new("two", Secret::new("test-two"))])
        .unwrap();
    assert!(verifier.verify_at(&headers, "", NOW).is_err());
    assert!(verifier.keys().report(NOW)[0].revoked);

    assert!(verifier.keys().revoke("two"));
    let refusal = verifier.verify_at(&headers, "", NOW).unwrap_err();
    assert_eq!((refusal.kind(), refusal.status().as_u16()), (ErrorKind::NoActiveKey, 500));
    assert!(build().verify_at(&headers, "", NOW).is_ok(), "another verifier has keys of its own");
}

#[test]
fn keys_tell_their_windows_age_and_use() {
    let secs = UnixTime::from_secs;
    let day = Duration::from_secs(86_400);
    let verifier = github()
        .with_key(
            Key::new("old", Secret::new("test-old"))
                .created(NOW.saturating_sub(91 * day))
                .until(secs(1_763_700_100)),
        )
        .with_key(
            Key::new("new", Secret::new("test-new"))
                .created(NOW.saturating_sub(90 * day))
                .from(secs(1_763_699_900)),
        )
        .build()
        .unwrap();
    let key = |name: &str, now| {
        let verdict = verifier.verify_at(&signed(name, b""), "", now);
        verdict.map_or_else(|refusal| refusal.reason().to_owned(), |proof| proof.key().to_owned())
    };
    for (name, now, expected) in [
        ("test-old", secs(1_763_700_100), "old"),
        ("test-old", secs(1_763_700_101), "mismatch"),
        ("test-new", secs(1_763_699_900), "new"),
        ("test-new", secs(1_763_699_899), "mismatch"),
    ] {
        assert_eq!(key(name, now), expected, "{name} {now:?}");
    }
    verifier.self_test_at(NOW).unwrap();
    let report = verifier.keys().report(NOW);
    assert_eq!(report.iter().map(|key| key.aged).collect::<Vec<_>>(), [true, false]);
    assert_eq!(report[0].last_match, Some(secs(1_763_700_100)));
    assert_eq!(report[1].last_match, Some(secs(1_763_699_900)));
    assert!(report.iter().all(|key| key.active && key.matched && !key.revoked));
    let later = verifier.keys().report(secs(1_763_700_101));
    assert_eq!(later.iter().map(|key| key.active).collect::<Vec<_>>(), [false, true]);

    // Another secret under the same label starts anew, the same one goes on.
    let keys = verifier.keys();
    keys.replace([Key::new("old", Secret::new("test-old")), Key::new("new", Secret::new("test-newer"))])
        .unwrap();
    let matched: Vec<_> = keys.report(NOW).iter().map(|key| key.matched).collect();
    assert_eq!(matched, [true, false]);
    // What is flawed changes nothing.
    let flawed = [
        vec![],
        vec![Key::new("a", Secret::new(""))],
        vec![Key::new("a", Secret::new("x")), Key::new("a", Secret::new("y"))],
        vec![Key::new("a", Secret::new("x")), Key::new("b", Secret::new("x"))],
        vec![Key::new("a", Secret::new("x")).from(secs(2)).until(secs(1))],
        vec![Key::new("a", Secret::new("x")).id("k")],
    ];
    for keys_given in flawed {
        assert!(keys.replace(keys_given).is_err());
    }
    assert_eq!(keys.report(NOW)[1].label, "new");
}

#[test]
fn a_secret_file_is_read_again_on_demand() {
    let path = std::env::temp_dir().join(format!("hooksig-secret-{}", std::process::id()));
    std::fs::write(&path, "test-one\n").unwrap();
    let verifier = github().key("file", Secret::from_file(&path).unwrap()).build().unwrap();
    assert!(verifier.verify_at(&signed("test-one", b""), "", NOW).is_ok());
    let reload =
        || Secret::from_file(&path).and_then(|secret| verifier.keys().replace([Key::new("file", secret)]));
    std::fs::write(&path, "test-two\r\n").unwrap();
    reload().unwrap();
    assert!(verifier.verify_at(&signed("test-two", b""), "", NOW).is_ok());
    // Missing, or empty because it is just being replaced: the keys stay as they are.
    std::fs::write(&path, "\n").unwrap();
    assert!(reload().is_err());
    std::fs::remove_file(&path).unwrap();
    assert!(reload().is_err());
    assert!(verifier.verify_at(&signed("test-two", b""), "", NOW).is_ok());
}

// ---- Replay

fn guarded() -> Verifier {
    github().key("default", Secret::new("test-one")).replay_keys().build().unwrap()
}

fn proof_of(body: &str) -> Verified<()> {
    guarded().verify_at(&signed("test-one", body.as_bytes()), body, NOW).unwrap().split().1
}

#[test]
fn of_ten_thousand_deliveries_in_64_threads_one_is_handled() {
    let guard = ReplayGuard::in_memory(16);
    let barrier = Barrier::new(64);
    let handled = AtomicUsize::new(0);
    let proof = proof_of("x");
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..10_000 {
                    if let Attempt::New(claim) = guard.claim_now(&proof).unwrap() {
                        handled.fetch_add(1, Ordering::SeqCst);
                        assert!(claim.commit_now().unwrap());
                    }
                }
            });
        }
    });
    assert_eq!(handled.into_inner(), 1);
}

#[test]
fn handlers_that_fail_or_outlive_their_lease_lose_nothing() {
    const DELIVERIES: usize = 60;
    let guard = ReplayGuard::in_memory(1000).lease(Duration::from_millis(3));
    let proofs: Vec<_> = (0..DELIVERIES).map(|number| proof_of(&number.to_string())).collect();
    let committed: Vec<_> = (0..DELIVERIES).map(|_| AtomicUsize::new(0)).collect();
    let lost = AtomicUsize::new(0);
    thread::scope(|scope| {
        for worker in 0..8_u64 {
            let (guard, proofs, committed, lost) = (&guard, &proofs, &committed, &lost);
            scope.spawn(move || {
                let mut random = Random::new(worker);
                for (proof, committed) in proofs.iter().zip(committed) {
                    // The provider delivers until it is told that it is done.
                    loop {
                        let claim = match guard.claim_now(proof).unwrap() {
                            Attempt::Done => break,
                            Attempt::InProgress { .. } => {
                                thread::sleep(Duration::from_millis(1));
                                continue;
                            }
                            Attempt::New(claim) => claim,
                        };
                        thread::sleep(Duration::from_millis(random.below(6) as u64));
                        match random.below(3) {
                            0 => drop(claim),
                            1 => {
                                let run = std::panic::AssertUnwindSafe(|| {
                                    let _claim = claim;
                                    std::panic::resume_unwind(Box::new("a handler panics"));
                                });
                                assert!(std::panic::catch_unwind(run).is_err());
                            }
                            _ if claim.commit_now().unwrap() => {
                                committed.fetch_add(1, Ordering::SeqCst);
                            }
                            _ => {
                                lost.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                    }
                }
            });
        }
    });
    let committed: Vec<_> = committed.into_iter().map(AtomicUsize::into_inner).collect();
    assert_eq!(committed, [1; DELIVERIES], "none lost, none committed twice");
}

#[test]
fn a_full_store_refuses_and_forgets_nothing() {
    let guard = ReplayGuard::in_memory(2);
    let claims: Vec<_> = ["a", "b"].map(|body| guard.claim_now(&proof_of(body)).unwrap()).into();
    assert_eq!(guard.claim_now(&proof_of("c")).unwrap_err(), StoreError::Full);
    assert!(matches!(guard.claim_now(&proof_of("a")).unwrap(), Attempt::InProgress { .. }));
    drop(claims);
    assert!(matches!(guard.claim_now(&proof_of("c")).unwrap(), Attempt::New(_)));
    let without = github().key("k", Secret::new("test-one")).build().unwrap();
    let proof = without.verify_at(&signed("test-one", b""), "", NOW).unwrap();
    assert_eq!(guard.claim_now(&proof).unwrap_err(), StoreError::NoKey);
}

#[test]
fn an_event_is_the_same_however_often_it_is_signed() {
    let build = |builder: hooksig::Builder<'static>| builder.key("k", Secret::new("test-one")).build();
    let by_event = build(github().event_id_at("/id")).unwrap();
    let by_request = build(github().replay_keys()).unwrap();
    assert!(!by_event.streams() && by_request.streams());
    assert!(build(github().event_ids()).is_err(), "GitHub's body has no id");
    assert!(build(github().event_id_at("id")).is_err(), "no pointer");
    let key = |verifier: &Verifier, body: &str| {
        let headers = signed("test-one", body.as_bytes());
        let whole = verifier.verify_at(&headers, body, NOW).unwrap();
        let mut pending = verifier.begin_at(&headers, NOW).unwrap();
        pending.update(body.as_bytes());
        let streamed = pending.finish().unwrap();
        assert_eq!(
            (whole.replay_key(), whole.names_event()),
            (streamed.replay_key(), streamed.names_event())
        );
        (whole.names_event(), whole.replay_key().unwrap())
    };
    let (first, retry) = (r#"{"id":"evt_1","attempt":1}"#, r#"{"attempt":2,"id":"evt_1"}"#);
    assert_eq!(key(&by_event, first), key(&by_event, retry));
    assert_ne!(key(&by_request, first), key(&by_request, retry));
    assert!(key(&by_event, first).0 && !key(&by_request, first).0 && !key(&by_event, "no JSON").0);
    assert_ne!(key(&by_event, first), key(&by_event, r#"{"id":"evt_2","attempt":1}"#));
    let numbered = [r#"{"id":7,"attempt":1}"#, r#"{"id":7,"attempt":2}"#, r#"{"id":"7"}"#]
        .map(|body| key(&by_event, body));
    assert_eq!(numbered[0], numbered[1]);
    assert_ne!(numbered[0], numbered[2], "a number and a text of the same digits are two ids");
    for (one, other) in [(r#"{"a":1}"#, r#"{"a":2}"#), (r#"{"id":""}"#, r#"{"id":"","a":1}"#), ("x", "y")] {
        assert_ne!(key(&by_event, one), key(&by_event, other), "without an id the request counts");
    }
}

#[test]
fn claims_are_kept_for_as_long_as_a_request_could_come_again() {
    let verifier = Verifier::new(providers::RETELL, Secret::new("key_d5f1c2a9b3e84c7f9a0b1c2d3e4f")).unwrap();
    let signature = "v=1763700000000,d=3f0276f7df41aac995a168acf0ad50c285a2aad2787fa6e3c44f290159ae9c59";
    let at = |secs| {
        verifier.verify_at(&[("x-retell-signature", signature)], "", UnixTime::from_secs(secs)).unwrap()
    };
    assert_eq!(at(1_763_700_000).valid_for(), Some(Duration::from_secs(300)));
    assert_eq!(at(1_763_699_700).valid_for(), Some(Duration::from_secs(600)));
    assert_eq!(at(1_763_700_300).valid_for(), Some(Duration::ZERO));
    assert_eq!(proof_of("x").valid_for(), None, "GitHub signs no time");
}

// ---- What a hostile reader of this code found

#[test]
fn an_id_that_nobody_signed_names_no_event() {
    let key = || Secret::new("test-key");
    for scheme in [providers::MAILGUN, providers::JUSTCALL, providers::SYNTHFLOW, providers::CARTESIA] {
        let build = Verifier::builder(scheme).key("k", key()).event_id_at("/id").build();
        assert!(build.unwrap_err().to_string().contains("too little"), "{}", scheme.name());
    }
    for scheme in [providers::JUSTCALL, providers::SYNTHFLOW, providers::CARTESIA] {
        assert!(
            Verifier::builder(scheme).key("k", key()).replay_keys().build().is_err(),
            "{}",
            scheme.name()
        );
    }
    let number = github().key("k", Secret::new("test-one")).event_id_at("/id").build().unwrap();
    let key = |body: &str| {
        number.verify_at(&signed("test-one", body.as_bytes()), body, NOW).unwrap().replay_key().unwrap()
    };
    assert_ne!(key(r#"{"id":1}"#), key(r#"{"id":"1"}"#));
}

#[test]
fn a_revoked_key_does_not_come_back_by_leaving() {
    let key = |label: &str| Key::new(label, Secret::new(format!("test-{label}")));
    let verifier = github().with_key(key("one")).with_key(key("two")).build().unwrap();
    let keys = verifier.keys();
    keys.revoke("one");
    keys.replace([key("two")]).unwrap();
    keys.replace([key("one"), key("two")]).unwrap();
    assert!(verifier.verify_at(&signed("test-one", b""), "", NOW).is_err());
    // One that was replaced while a body arrives can still be revoked.
    let pending = verifier.begin_at(&signed("test-two", b""), NOW).unwrap();
    keys.replace([key("three")]).unwrap();
    assert!(keys.revoke("two"));
    assert_eq!(pending.finish().unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn a_replacement_and_a_revocation_at_once_leave_the_key_revoked() {
    let key = |label: &str| Key::new(label, Secret::new(format!("test-{label}")));
    for _ in 0..300 {
        let verifier = github().with_key(key("one")).build().unwrap();
        let keys = verifier.keys();
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                keys.replace([key("one"), key("two")]).unwrap();
            });
            barrier.wait();
            assert!(keys.revoke("one"));
        });
        assert!(verifier.verify_at(&signed("test-one", b""), "", NOW).is_err());
    }
}

#[test]
fn a_request_that_two_keys_signed_outlives_one_of_them() {
    let signer = |key: &str| {
        let request =
            hooksig::Signer::new(providers::STRIPE, Secret::new(key)).unwrap().sign(b"{}", NOW).unwrap();
        request.headers()["stripe-signature"].to_str().unwrap().split_once(',').unwrap().1.to_owned()
    };
    let header = format!("t=1763700000,{},{}", signer("whsec_old"), signer("whsec_new"));
    let verifier = Verifier::builder(providers::STRIPE)
        .key("old", Secret::new("whsec_old"))
        .key("new", Secret::new("whsec_new"))
        .build()
        .unwrap();
    let headers = [("stripe-signature", header)];
    let mut pending = verifier.begin_at(&headers, NOW).unwrap();
    verifier.keys().revoke("old");
    pending.update(b"{}");
    assert_eq!(pending.finish().unwrap().key(), "new");
}

#[test]
fn a_request_that_is_refused_is_no_use_of_its_key() {
    let verifier = Verifier::new(providers::LINEAR, Secret::new("test-key")).unwrap();
    let stale =
        hooksig::Signer::new(providers::LINEAR, Secret::new("test-key")).unwrap().sign(b"{}", NOW).unwrap();
    let later = UnixTime::from_secs(1_763_800_000);
    assert_eq!(verifier.verify_at(stale.parts(), stale.body(), later).unwrap_err().reason(), "stale");
    assert!(!verifier.keys().report(later)[0].matched);
}

#[test]
fn what_is_remembered_outlasts_every_clock() {
    use hooksig::{Held, Owner, Store, StoreFuture};
    /// Keeps the windows that it is told.
    #[derive(Clone, Default)]
    struct Windows(Arc<Mutex<Vec<Duration>>>);
    impl Store for Windows {
        fn claim(&self, _: &hooksig::ReplayKey, _: Owner, _: Duration) -> StoreFuture<'_, Held> {
            Box::pin(std::future::ready(Ok(Held::Nothing)))
        }
        fn commit(&self, _: &hooksig::ReplayKey, _: Owner, window: Duration) -> StoreFuture<'_, bool> {
            self.0.lock().unwrap().push(window);
            Box::pin(std::future::ready(Ok(true)))
        }
        fn release(&self, _: &hooksig::ReplayKey, _: Owner) -> StoreFuture<'_, ()> {
            Box::pin(std::future::ready(Ok(())))
        }
        fn abandon(&self, _: &hooksig::ReplayKey, _: Owner) {}
    }
    let windows = Windows::default();
    let guard = ReplayGuard::new(windows.clone());
    let remembered = |scheme: hooksig::Scheme<'static>, secret: &str, age: u64| {
        let request = hooksig::Signer::new(scheme, Secret::new(secret)).unwrap().sign(b"{}", NOW).unwrap();
        let verifier = Verifier::builder(scheme).key("k", Secret::new(secret)).replay_keys().build().unwrap();
        let at = NOW.saturating_add(Duration::from_secs(age));
        let proof = verifier.verify_at(request.parts(), request.body(), at).unwrap();
        let claim = futures_util::FutureExt::now_or_never(guard.claim(&proof)).unwrap().unwrap();
        let Attempt::New(claim) = claim else { panic!("new") };
        assert!(futures_util::FutureExt::now_or_never(claim.commit()).unwrap().unwrap());
        windows.0.lock().unwrap().pop().unwrap().as_secs()
    };
    // 300 s of age and 300 s ahead, whatever is left of them, and a minute.
    assert_eq!(remembered(providers::RETELL, "key_test", 0), 660);
    assert_eq!(remembered(providers::RETELL, "key_test", 299), 660);
    // An id is the same when the provider signs it anew, half an hour later.
    assert_eq!(remembered(providers::STANDARD_WEBHOOKS, "whsec_dGVzdC1rZXk=", 0), 86_400);
    assert_eq!(remembered(providers::GITHUB, "test-key", 0), 86_400);
}

#[test]
fn a_cancelled_claim_is_abandoned() {
    use hooksig::{Held, Owner, Store, StoreFuture};
    /// Never answers, and counts what is given up.
    struct Silent(Arc<AtomicUsize>);
    impl Store for Silent {
        fn claim(&self, _: &hooksig::ReplayKey, _: Owner, _: Duration) -> StoreFuture<'_, Held> {
            Box::pin(std::future::pending())
        }
        fn commit(&self, _: &hooksig::ReplayKey, _: Owner, _: Duration) -> StoreFuture<'_, bool> {
            Box::pin(std::future::pending())
        }
        fn release(&self, _: &hooksig::ReplayKey, _: Owner) -> StoreFuture<'_, ()> {
            Box::pin(std::future::pending())
        }
        fn abandon(&self, _: &hooksig::ReplayKey, _: Owner) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let abandoned = Arc::new(AtomicUsize::new(0));
    let guard = ReplayGuard::new(Silent(Arc::clone(&abandoned)));
    let proof = proof_of("x");
    assert!(futures_util::FutureExt::now_or_never(guard.claim(&proof)).is_none());
    assert_eq!(abandoned.load(Ordering::SeqCst), 1);
}

/// What a store is asked and for whom, and what it answers to a claim.
#[derive(Clone)]
struct Asked(Arc<Mutex<Vec<(&'static str, u128)>>>, hooksig::Held);

impl Asked {
    fn note(&self, what: &'static str, owner: hooksig::Owner) {
        self.0.lock().unwrap().push((what, owner.number()));
    }
}

impl hooksig::Store for Asked {
    fn claim(
        &self,
        _: &hooksig::ReplayKey,
        owner: hooksig::Owner,
        _: Duration,
    ) -> hooksig::StoreFuture<'_, hooksig::Held> {
        self.note("claim", owner);
        Box::pin(std::future::ready(Ok(self.1)))
    }
    fn commit(
        &self,
        _: &hooksig::ReplayKey,
        owner: hooksig::Owner,
        _: Duration,
    ) -> hooksig::StoreFuture<'_, bool> {
        self.note("commit", owner);
        Box::pin(std::future::ready(Ok(true)))
    }
    fn release(&self, _: &hooksig::ReplayKey, owner: hooksig::Owner) -> hooksig::StoreFuture<'_, ()> {
        self.note("release", owner);
        Box::pin(std::future::ready(Ok(())))
    }
    fn abandon(&self, _: &hooksig::ReplayKey, owner: hooksig::Owner) {
        self.note("abandon", owner);
    }
    fn renew(&self, _: &hooksig::ReplayKey, owner: hooksig::Owner, _: Duration) -> Option<hooksig::Renewal> {
        self.note("renew", owner);
        None
    }
}

#[test]
fn a_store_is_asked_for_what_became_of_a_claim_and_for_nothing_else() {
    use futures_util::FutureExt as _;
    use hooksig::Held;
    let mut owners = Vec::new();
    let mut asked = |held: Held, end: &dyn Fn(hooksig::Claim<Arc<dyn hooksig::Store>>)| {
        let store = Asked(Arc::default(), held);
        let guard = ReplayGuard::new(store.clone()).erased();
        if let Attempt::New(claim) = guard.claim(&proof_of("x")).now_or_never().unwrap().unwrap() {
            end(claim);
        }
        let (asked, of): (Vec<_>, Vec<_>) = store.0.lock().unwrap().iter().copied().unzip();
        assert!(of.iter().all(|owner| *owner == of[0]), "a claim has one owner");
        owners.push(of[0]);
        asked
    };
    let commit = |claim: hooksig::Claim<Arc<dyn hooksig::Store>>| {
        assert!(claim.commit().now_or_never().unwrap().unwrap());
    };
    let release =
        |claim: hooksig::Claim<Arc<dyn hooksig::Store>>| claim.release().now_or_never().unwrap().unwrap();
    assert_eq!(asked(Held::Nothing, &commit), ["claim", "renew", "commit"]);
    assert_eq!(asked(Held::Nothing, &release), ["claim", "renew", "release"]);
    assert_eq!(asked(Held::Nothing, &|claim| drop(claim)), ["claim", "renew", "abandon"]);
    for held in [Held::Done, Held::Claim(Duration::from_secs(1))] {
        assert_eq!(asked(held, &|_| panic!("it is somebody else's")), ["claim"]);
    }
    owners.sort_unstable();
    owners.dedup();
    assert_eq!(owners.len(), 5, "and no two claims have the same");
}

#[test]
fn a_lease_ends() {
    let guard = ReplayGuard::in_memory(1).lease(Duration::from_millis(1));
    let Attempt::New(claim) = guard.claim_now(&proof_of("x")).unwrap() else { panic!("new") };
    thread::sleep(Duration::from_millis(5));
    assert!(matches!(guard.claim_now(&proof_of("x")).unwrap(), Attempt::New(_)), "nobody has to wait for it");
    drop(claim);
}

#[test]
fn an_answer_to_what_was_handled_can_be_chosen() {
    use hooksig::http::StatusCode;
    assert_eq!(ReplayGuard::in_memory(1).acknowledgement(), StatusCode::OK);
    let guard = ReplayGuard::in_memory(1).acknowledge(StatusCode::ACCEPTED);
    assert_eq!(guard.acknowledgement(), StatusCode::ACCEPTED);
    assert_eq!(guard.erased().acknowledgement(), StatusCode::ACCEPTED);
}

#[test]
fn a_line_that_was_cut_off_spoils_no_other() {
    /// Takes the first ten bytes and then fails once.
    #[derive(Default)]
    struct Cut(Vec<u8>, bool);
    impl std::io::Write for Cut {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            match (self.0.len(), self.1) {
                (0, _) => {
                    self.0.extend_from_slice(&bytes[..10]);
                    Ok(10)
                }
                (_, false) => {
                    self.1 = true;
                    Err(std::io::ErrorKind::StorageFull.into())
                }
                _ => {
                    self.0.extend_from_slice(bytes);
                    Ok(bytes.len())
                }
            }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Arc::new(AuditLog::new(Cut::default()));
    let verifier = github().key("k", Secret::new("test-one")).observer(Arc::clone(&log)).build().unwrap();
    for _ in 0..3 {
        verifier.verify_at(&signed("test-one", b""), "", NOW).unwrap();
    }
    assert_eq!(log.failures(), 1);
    drop(verifier);
    let text = String::from_utf8(Arc::into_inner(log).unwrap().into_inner().0).unwrap();
    let whole = text.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
    assert_eq!(whole.count(), 2, "{text}");
}

/// Whoever writes next finds the line cut off, whichever thread it is.
#[test]
fn a_line_that_was_cut_off_spoils_no_other_threads() {
    /// Fails in the midst of every seventh line.
    #[derive(Default)]
    struct Failing(Vec<u8>, usize);
    impl std::io::Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.1 += usize::from(bytes.len() > 1);
            if bytes.len() > 1 && self.1.is_multiple_of(7) {
                self.0.extend_from_slice(&bytes[..bytes.len() / 2]);
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Arc::new(AuditLog::new(Failing::default()));
    let verifier = github().key("k", Secret::new("test-one")).observer(Arc::clone(&log)).build().unwrap();
    const EACH: usize = 2_000;
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..EACH).for_each(|_| drop(verifier.verify_at(&[("a", "b")], "", NOW))));
        }
    });
    drop(verifier);
    let failures = usize::try_from(log.failures()).unwrap();
    assert_eq!(failures, 4 * EACH / 7);
    let text = String::from_utf8(Arc::into_inner(log).unwrap().into_inner().0).unwrap();
    let whole = text.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
    assert_eq!(whole.count(), 4 * EACH - failures);
}

// ---- Sources

#[test]
fn sources_fail_closed() {
    let verifier = github()
        .key("k", Secret::new("test-one"))
        .sources(Sources::new(["192.0.2.0/24"]).unwrap().behind(["10.0.0.0/8", "::1"]).unwrap())
        .build()
        .unwrap();
    let [(name, signature)] = signed("test-one", b"");
    let verdict = |peer: Option<&str>, forwarded: &[&str]| {
        let mut headers = vec![(name, signature.as_str())];
        headers.extend(forwarded.iter().map(|value| ("X-Forwarded-For", *value)));
        let parts = Parts::new(&headers);
        let parts = peer.map_or(parts, |peer| parts.peer(peer.parse().unwrap()));
        verifier.verify_at(parts, "", NOW).map_or_else(|refusal| refusal.reason(), |_| "accepted")
    };
    for (peer, forwarded) in [
        ("192.0.2.7", &[][..]),
        ("::ffff:192.0.2.7", &[]),
        ("192.0.2.7", &["203.0.113.9"]),
        ("10.0.0.1", &["192.0.2.7"]),
        ("::1", &["203.0.113.9, 192.0.2.7,10.0.0.2"]),
        ("10.0.0.1", &["203.0.113.9", "192.0.2.7"]),
    ] {
        assert_eq!(verdict(Some(peer), forwarded), "accepted", "{peer} {forwarded:?}");
    }
    assert_eq!(verdict(None, &["192.0.2.7"]), "source_refused", "nobody said who it is");
    for (peer, forwarded) in [
        ("203.0.113.9", &[][..]),
        ("203.0.113.9", &["192.0.2.7"]),
        ("10.0.0.1", &[]),
        ("10.0.0.1", &["192.0.2.7, 203.0.113.9"]),
        ("10.0.0.1", &["192.0.2.7", "203.0.113.9"]),
        ("10.0.0.1", &["10.0.0.2"]),
        ("10.0.0.1", &["192.0.2.7:1234"]),
        ("10.0.0.1", &["unknown, 192.0.2.7"]),
        ("10.0.0.1", &[""]),
    ] {
        assert_eq!(verdict(Some(peer), forwarded), "source_refused", "{peer} {forwarded:?}");
    }
    let many = vec!["192.0.2.7"; 17].join(",");
    assert_eq!(verdict(Some("10.0.0.1"), &[&many]), "source_refused");
    assert!(Sources::new([]).is_err());
    assert!(Sources::new(["example.com"]).is_err());
    assert!(Sources::new(["::ffff:192.0.2.0/120"]).is_err(), "it would hold nothing");
    assert!(Sources::published(&providers::GITHUB).is_err() || !providers::GITHUB.addresses().is_empty());
    assert!(Sources::published(&providers::RETELL).is_ok());
}

#[test]
fn a_requests_extension_says_who_its_peer_is() {
    use hooksig::http::Request;
    let verifier = github()
        .key("k", Secret::new("test-one"))
        .sources(Sources::new(["192.0.2.0/24"]).unwrap())
        .build()
        .unwrap();
    let from = |peer: Option<&str>| {
        let [(name, signature)] = signed("test-one", b"");
        let mut request = Request::post("/in").header(name, signature).body(()).unwrap();
        if let Some(peer) = peer {
            request.extensions_mut().insert(hooksig::PeerAddr(peer.parse().unwrap()));
        }
        let whole = verifier.verify_at(&request, "", NOW).is_ok();
        let (parts, ()) = request.into_parts();
        assert_eq!(verifier.verify_at(&parts, "", NOW).is_ok(), whole);
        whole
    };
    assert!(from(Some("192.0.2.7")) && !from(Some("203.0.113.9")) && !from(None));
}

#[test]
fn a_self_test_comes_from_an_accepted_address() {
    let verifier =
        github().key("k", Secret::new("test-one")).sources(Sources::new(["192.0.2.0/24"]).unwrap());
    verifier.build().unwrap().self_test().unwrap();
}

// ---- Observers

#[test]
fn an_event_says_whose_how_old_and_how_long() {
    type Seen = Vec<(Outcome, String, bool, Option<String>, bool, usize)>;
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let observer = {
        let seen = Arc::clone(&seen);
        move |event: &Event<'_>| {
            let source = event.source.map(|source| source.to_string());
            let timed = event.duration.is_some();
            let endpoint = event.endpoint.to_owned();
            seen.lock().unwrap().push((
                event.outcome,
                endpoint,
                event.key_aged,
                source,
                timed,
                event.body_length,
            ));
        }
    };
    let created = NOW.saturating_sub(Duration::from_secs(90 * 86_400));
    let key = Key::new("k", Secret::new("test-one")).created(created);
    let verifier = github().with_key(key).label("billing").observer(observer).build().unwrap();
    let headers = signed("test-one", b"body");
    let parts = Parts::new(&headers).peer("192.0.2.7".parse().unwrap());
    let proof = verifier.verify_at(parts, "body", NOW).unwrap();
    verifier.tell(&proof, Outcome::Duplicate);
    verifier.verify_at(parts, "body", NOW.saturating_add(Duration::from_secs(1))).unwrap();
    verifier.verify(parts, "body").unwrap();
    let event = |outcome, aged, timed| {
        (outcome, "billing".to_owned(), aged, Some("192.0.2.7".to_owned()), timed, "body".len())
    };
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0], event(Outcome::Accepted, false, false), "90 days are not too old");
    assert_eq!(seen[1], event(Outcome::Duplicate, false, false));
    assert_eq!(seen[2], event(Outcome::Accepted, true, false));
    assert!(seen[3].4, "by this machine's clock it took some time");
    assert_eq!(seen.len(), 4);
}

#[test]
fn one_event_for_each_decision() {
    type Seen = Vec<(Outcome, Option<String>, usize, Option<i64>)>;
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let observer = {
        let seen = Arc::clone(&seen);
        move |event: &Event<'_>| {
            let key = event.key.map(str::to_owned);
            seen.lock().unwrap().push((event.outcome, key, event.body_length, event.skew_millis));
        }
    };
    let counters = Arc::new(Counters::default());
    let verifier = Verifier::builder(providers::RETELL)
        .key("2026-11", Secret::new("key_d5f1c2a9b3e84c7f9a0b1c2d3e4f"))
        .label("calls")
        .observer((observer, Arc::clone(&counters)))
        .build()
        .unwrap();
    let signature = "v=1763700000000,d=3f0276f7df41aac995a168acf0ad50c285a2aad2787fa6e3c44f290159ae9c59";
    let headers = [("x-retell-signature", signature)];
    let now = UnixTime::from_millis(1_763_700_001_500);
    verifier.verify_at(&headers, "", now).unwrap();
    verifier.verify_at(&headers, "forged", now).unwrap_err();
    verifier.begin_at(&headers, UnixTime::from_secs(1)).unwrap_err();
    verifier.begin_at(&headers, now).unwrap().finish().unwrap();
    let mut pending = verifier.begin_at(&headers, now).unwrap();
    pending.update(b"four");
    assert_eq!(pending.refuse(ErrorKind::BodyTooLarge).kind(), ErrorKind::BodyTooLarge);
    let key = || Some("2026-11".to_owned());
    let expected = [
        (Outcome::Accepted, key(), 0, Some(1500)),
        (Outcome::Refused(ErrorKind::Mismatch), None, 6, None),
        (Outcome::Refused(ErrorKind::Future), None, 0, None),
        (Outcome::Accepted, key(), 0, Some(1500)),
        (Outcome::Refused(ErrorKind::BodyTooLarge), None, 4, None),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
    let counts: Vec<_> =
        counters.snapshot().into_iter().map(|count| (count.endpoint, count.reason, count.count)).collect();
    let calls = |reason, count| ("calls".to_owned(), reason, count);
    assert_eq!(
        counts,
        [calls("accepted", 2), calls("future", 1), calls("mismatch", 1), calls("body_too_large", 1)]
    );
}

/// Every request of the corpus, with headers that would break a log, and what an auditor finds then.
#[test]
fn the_audit_log_of_the_corpus_holds_no_secret_tag_or_body() {
    let log = Arc::new(AuditLog::new(Vec::new()));
    let mut forbidden: Vec<(String, String)> = Vec::new();
    for file in support::own_vectors() {
        for vector in &file.vectors {
            file.with_scheme(|scheme| {
                let Ok(builder) = scheme.map(|scheme| vector.builder(&scheme)) else {
                    return;
                };
                let (Ok(verifier), Some(headers)) =
                    (builder.observer(Arc::clone(&log)).build(), vector.header_map())
                else {
                    return;
                };
                let _ = verifier.verify_at(vector.parts(&headers), vector.body.as_slice(), vector.now);
            });
            forbidden.extend(vector.secrets.iter().map(|secret| (vector.id.clone(), secret.clone())));
            forbidden.push((vector.id.clone(), String::from_utf8_lossy(&vector.body).into_owned()));
            // Ids and times are there to be logged.
            let is_tag = |name: &str| {
                let name = name.to_lowercase();
                name.contains("sig") && !["nonce", "timestamp"].iter().any(|word| name.contains(word))
            };
            let values = vector.headers.iter().filter(|(name, _)| is_tag(name));
            forbidden.extend(values.map(|(_, value)| (vector.id.clone(), value.clone())));
        }
    }
    let lines = String::from_utf8(Arc::into_inner(log).unwrap().into_inner()).unwrap();
    assert!(lines.lines().count() > 900);
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        for name in ["timestamp", "action", "actor", "resource", "result", "reason", "metadata"] {
            assert!(!line[name].is_null(), "{name}: {line}");
        }
        assert_eq!(line["result"] == "success", line["reason"] == "accepted");
    }
    // A text as short as a token of six characters could be part of a word.
    for (id, text) in forbidden.iter().filter(|(_, text)| text.len() > 8) {
        assert!(!lines.contains(text.as_str()), "{id}: {text:.60}");
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody() {
    struct Broken;
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Arc::new(AuditLog::new(Broken));
    let verifier = github().key("k", Secret::new("test-one")).observer(Arc::clone(&log)).build().unwrap();
    assert!(verifier.verify_at(&signed("test-one", b""), "", NOW).is_ok());
    assert_eq!(log.failures(), 1);
}

#[test]
fn addresses_are_masked_on_demand() {
    let log = Arc::new(AuditLog::new(Vec::new()).mask_addresses());
    let verifier = github().key("k", Secret::new("test-one")).observer(Arc::clone(&log)).build().unwrap();
    verifier.self_test().unwrap();
    assert!(!verifier.keys().report(NOW)[0].matched, "a probe is no use of a key");
    let headers = signed("test-one", b"");
    for peer in ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8:1:2:3:4:5:6"] {
        let parts = Parts::new(&headers).peer(peer.parse().unwrap());
        verifier.verify_at(parts, "", NOW).unwrap();
    }
    drop(verifier);
    let lines = String::from_utf8(Arc::into_inner(log).unwrap().into_inner()).unwrap();
    assert!(lines.contains("\"203.0.113.0\"") && lines.contains("\"2001:db8:1::\""), "{lines}");
    assert!(!lines.contains("113.9"));
}

#[test]
fn tracing_gets_the_same() {
    let lines = support::lines::Lines::leaked();
    let aged = Key::new("2025-01", Secret::new("test-one")).created(UnixTime::from_secs(1_735_689_600));
    let verifier = github().with_key(aged).observer(hooksig::TracingObserver).build().unwrap();
    tracing::subscriber::with_default(lines, || {
        verifier.verify_at(&signed("test-one", b""), "", NOW).unwrap();
        verifier.verify_at(&signed("test-two", b""), "", NOW).unwrap_err();
    });
    let lines = lines.take();
    assert!(
        lines[0].starts_with("WARN") && lines[0].contains("an old key") && lines[0].contains("2025-01"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("WARN") && lines[1].contains("reason=\"mismatch\""), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("sha256=")));
}

// ---- What a developer sees

#[test]
fn debug_names_a_thing_and_what_tells_it_from_others() {
    use hooksig::{MemoryStore, PrivateKey, PublicKey, Signer};
    let verifier =
        github().key("one", Secret::new("test-one")).label("billing").replay_keys().build().unwrap();
    let headers = signed("test-one", b"");
    let proof = verifier.verify_at(&headers, "", NOW).unwrap();
    let builder = github().key("one", Secret::new("test-one"));
    assert_eq!(format!("{builder:?}"), r#"Builder { scheme: "github", keys: ["one"], .. }"#);
    assert_eq!(format!("{:?}", verifier.keys()), r#"["one"]"#);
    let refusal = verifier.verify_at(&headers, "forged", NOW).unwrap_err();
    assert_eq!(refusal.to_string(), format!("webhook refused: {}", ErrorKind::Mismatch));
    assert!(ErrorKind::Mismatch.to_string().contains("match"), "{refusal}");
    assert_eq!(format!("{verifier:?}"), r#"Verifier { scheme: "github", keys: ["one"], .. }"#);
    assert_eq!(
        format!("{:?}", verifier.begin_at(&headers, NOW).unwrap()),
        r#"Pending { scheme: "github", .. }"#
    );
    assert_eq!(
        format!("{proof:?}"),
        r#"Verified { scheme: "github", key: "one", timestamp: None, message_id: None, coverage: Coverage(body), .. }"#
    );
    let key = proof.replay_key().unwrap();
    assert_eq!(format!("{key:?}"), format!("ReplayKey({key})"));
    assert_eq!(key.to_string(), hex::encode(key.as_bytes()));
    assert_eq!((proof.label(), proof.scheme()), ("billing", "github"));
    assert_eq!(format!("{:?}", Parts::new(&headers).method("PUT")), "Parts { method: Some(\"PUT\"), .. }");
    assert_eq!(format!("{NOW:?}"), "UnixTime(1763700000s)");
    assert_eq!(format!("{:?}", Secret::new("test-one")), "Secret(redacted)");
    assert_eq!(format!("{:?}", PrivateKey::new("test-one")), "PrivateKey(redacted)");
    assert_eq!(format!("{:?}", PublicKey::new("test-public")), r#"PublicKey("test-public")"#);
    assert_eq!(format!("{:?}", MemoryStore::new(1)), "MemoryStore { .. }");
    let guard = ReplayGuard::in_memory(1).lease(Duration::from_secs(5));
    assert_eq!(format!("{guard:?}"), "ReplayGuard { lease: 5s, window: 86400s, .. }");
    let Attempt::New(claim) = guard.claim_now(&proof).unwrap() else { panic!("new") };
    assert_eq!(format!("{claim:?}"), format!("Claim {{ key: {key:?}, .. }}"));
    let signer = Signer::new(providers::GITHUB, Secret::new("test-one")).unwrap();
    assert_eq!(format!("{signer:?}"), r#"Signer { scheme: "github", .. }"#);
    let request = signer.sign(b"{}", NOW).unwrap();
    assert_eq!(format!("{request:?}"), r#"SignedRequest { headers: ["x-hub-signature-256"], .. }"#);
}
