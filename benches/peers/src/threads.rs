//! Whether threads that share a verifier get in each other's way: CPU time of a call, two threads against one.

use std::sync::Barrier;
use std::thread;

use cpu_time::ThreadTime;

use crate::Outcome;
use crate::contestants::ours;
use crate::inputs::{Request, Style};
use crate::lineup::Requests;
use crate::measure::median;
use crate::results::{Results, THREADS_FLOOR, THREADS_ONE_SHOT, THREADS_STREAMED};

const SIZE: usize = 1 << 10;

/// Passes over the rotating requests in one turn of a thread: some ten milliseconds.
const PASSES: usize = 48;

pub(crate) fn run(results: &mut Results, rounds: usize) -> Outcome<()> {
    let requests = Requests::new(Style::GitHub, SIZE)?;
    let genuine = &requests.genuine;
    let verifier = ours::verifier(Style::GitHub, &[&requests.key])?;
    let one_shot = || all(genuine, |request| ours::accepts(&verifier, request));
    let streamed = || all(genuine, |request| ours::streams(&verifier, request));
    // The floor shares nothing. What two threads cost it is the machine's doing: a core that is two threads' in turn.
    let floor = || requests.floor();
    let works: [(&'static str, &(dyn Fn() -> bool + Sync)); 3] =
        [(THREADS_ONE_SHOT, &one_shot), (THREADS_STREAMED, &streamed), (THREADS_FLOOR, &floor)];
    let mut ratios = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        for ((_, work), ratios) in works.iter().zip(&mut ratios) {
            ratios.push(cpu_time(2, work)? / cpu_time(1, work)?);
        }
    }
    for ((name, _), ratios) in works.iter().zip(ratios) {
        results.note(name, median(ratios));
    }
    Ok(())
}

fn all(requests: &[Request], accepts: impl Fn(&Request) -> bool) -> bool {
    requests.iter().all(accepts)
}

/// The CPU time of one thread's share, on average over some threads that do the same at once.
fn cpu_time(threads: usize, work: &(dyn Fn() -> bool + Sync)) -> Outcome<f64> {
    let start = Barrier::new(threads);
    let turn = || {
        start.wait();
        let time = ThreadTime::now();
        let right = (0..PASSES).all(|_| work());
        right.then(|| time.elapsed().as_nanos() as f64)
    };
    let times: Vec<Option<f64>> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(turn)).collect();
        running.into_iter().map(|thread| thread.join().ok().flatten()).collect()
    });
    let sum: Option<f64> = times.into_iter().sum();
    Ok(sum.ok_or("a thread gave a wrong verdict")? / threads as f64)
}
