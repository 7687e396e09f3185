//! How fast hooksig is: next to other crates, next to the floor that SHA-256 itself sets, and next to what was
//! promised, on the same requests. Two programs share it: one that takes the time, and one whose allocator counts.

pub mod builds;
pub mod cases;
mod contestants;
mod counts;
pub mod documents;
mod floor;
pub mod gate;
mod inputs;
pub mod json;
mod lineup;
pub mod measure;
pub mod options;
pub mod plot;
mod promises;
pub mod results;
pub mod table;
mod threads;
pub mod verdicts;

use std::error::Error;

pub use counts::{print as print_counts, take as take_counts};

pub type Outcome<T> = Result<T, Box<dyn Error>>;
