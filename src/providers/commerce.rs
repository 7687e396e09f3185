//! Commerce and payments.

use super::{TIMESTAMP_BODY, sdk};
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
use crate::scheme::{Part, Scheme};
use crate::time::Unit;

/// Stripe: webhooks.
pub const STRIPE: Scheme<'static> = Scheme::hmac_sha256("stripe")
    .signature(Field::listed("stripe-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("stripe-signature", ',', "t="), Unit::Seconds)
    .source(sdk("https://docs.stripe.com/webhooks/signature", "npm stripe 23.1.0"))
    .signs(TIMESTAMP_BODY);

/// Shopify: webhooks and events of apps.
pub const SHOPIFY: Scheme<'static> = Scheme::hmac_sha256("shopify")
    .signature(Field::whole("x-shopify-hmac-sha256").or("shopify-hmac-sha256"), Base64)
    .source(sdk(
        "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
        "npm @shopify/shopify-api 13.1.0",
    ))
    .signs(&[Part::Body]);
