//! A load generator: connections that are kept alive, each of which sends a request when the last one is answered.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

const CONNECTIONS: usize = 2;

/// What a turn shows: requests per second, and the microseconds that half of them and 99 of 100 took at most.
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Sends all requests: half of them over as many connections as keep the machine busy, for the rate, and half over one,
/// for latencies without a queue in them.
pub(crate) fn turn(server: SocketAddr, requests: &[Vec<u8>]) -> Outcome<Sample> {
    let (many, one) = requests.split_at(requests.len() / 2);
    let start = Instant::now();
    send(server, many, CONNECTIONS)?;
    let per_second = many.len() as f64 / start.elapsed().as_secs_f64();
    let mut latencies = send(server, one, 1)?;
    latencies.sort();
    let percentile = |percent: usize| {
        let latency = latencies.get(latencies.len() * percent / 100).copied().unwrap_or_default();
        latency.as_nanos() as f64 / 1e3
    };
    Ok(Sample { per_second, p50: percentile(50), p99: percentile(99) })
}

/// Any answer but 200 ends the run: what is timed has to be what was meant.
fn send(server: SocketAddr, requests: &[Vec<u8>], connections: usize) -> Outcome<Vec<Duration>> {
    let shares = requests.chunks(requests.len().div_ceil(connections));
    let latencies: Outcome<Vec<_>> = thread::scope(|scope| {
        let running: Vec<_> = shares.map(|share| scope.spawn(move || send_over(server, share))).collect();
        let ended = running.into_iter().map(|thread| thread.join());
        ended.map(|ended| ended.unwrap_or_else(|_| Err("a sender panicked".into()))).collect()
    });
    Ok(latencies?.concat())
}

fn send_over(server: SocketAddr, requests: &[Vec<u8>]) -> Outcome<Vec<Duration>> {
    let mut connection = TcpStream::connect(server)?;
    connection.set_nodelay(true)?;
    let mut answers = BufReader::new(connection.try_clone()?);
    let mut latencies = Vec::with_capacity(requests.len());
    for request in requests {
        let start = Instant::now();
        connection.write_all(request)?;
        read_answer(&mut answers)?;
        latencies.push(start.elapsed());
    }
    Ok(latencies)
}

/// Reads an answer that says how long it is, as all of ours do.
fn read_answer(answers: &mut BufReader<TcpStream>) -> Outcome<()> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200 ") {
        return Err(format!("the server answered {line:?}").into());
    }
    let mut length = 0;
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
            Some(_) => {}
            None => break,
        }
    }
    answers.read_exact(&mut vec![0; length])?;
    Ok(())
}
