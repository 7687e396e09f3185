//! Who is compared. A contestant gets its headers and its body as a server has them; whatever it wants in another
//! form is part of its time.

pub(crate) mod bare;
pub(crate) mod ours;
#[cfg(feature = "peers")]
pub(crate) mod peers;
