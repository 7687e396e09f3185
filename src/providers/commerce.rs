//! Commerce: shops, payments, banking, identity.

use std::time::Duration;

use super::{BODY, ID_TIMESTAMP_BODY, TIMESTAMP_BODY, documented, sdk, standard_webhooks};
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
use crate::scheme::{Part, Scheme, SecretForm};
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    POLAR,
    BIGCOMMERCE,
    INCREASE,
    STRIPE,
    SHOPIFY,
    PADDLE,
    SQUARE,
    RAZORPAY,
    ADYEN_PLATFORM,
    COINBASE_COMMERCE,
    GOCARDLESS,
    ONFIDO,
    MODERN_TREASURY,
    PERSONA,
    PAYSTACK,
    FLUTTERWAVE,
    WOOCOMMERCE,
    XERO,
    QUICKBOOKS,
    MOLLIE,
    LEMONSQUEEZY,
    MARQETA,
    FLUTTERWAVE_V3,
    #[cfg(feature = "fields")]
    ADYEN,
];

/// Polar: billing webhooks.
pub const POLAR: Scheme<'static> = standard_webhooks(
    "polar",
    sdk("https://polar.sh/docs/integrate/webhooks/delivery", "npm @polar-sh/sdk 0.49.0"),
)
.secret(&[SecretForm::Text, SecretForm::Base64After("whsec_"), SecretForm::Base64After("polar_whs_")])
.note(
    "Secrets made on or after 2026-09-08 are base64, older ones are used as text, and both look \
     alike: both readings are tried.",
)
.signs(ID_TIMESTAMP_BODY);

/// BigCommerce: store webhooks.
pub const BIGCOMMERCE: Scheme<'static> = standard_webhooks(
    "bigcommerce",
    sdk("https://developer.bigcommerce.com/docs/integrations/webhooks/https", "npm standardwebhooks 1.1.1"),
)
.secret(&[SecretForm::Text])
.note(
    "The key is the app's client secret as plain text. Older hooks arrive unsigned, with custom \
     headers only.",
)
.signs(ID_TIMESTAMP_BODY);

/// Increase: banking API event webhooks.
pub const INCREASE: Scheme<'static> = standard_webhooks(
    "increase",
    sdk("https://increase.com/documentation/webhooks", "PyPI increase 0.552.0"),
)
.secret(&[SecretForm::Text])
.note(
    "The secret is used as text, any whsec_ included. The older Increase-Webhook-Signature layout \
     is not this scheme.",
)
.signs(ID_TIMESTAMP_BODY);

/// Stripe: payment event webhooks.
pub const STRIPE: Scheme<'static> = Scheme::hmac_sha256("stripe")
    .signature(Field::listed("stripe-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("stripe-signature", ',', "t="), Unit::Seconds)
    .event_id("/id")
    .source(sdk("https://docs.stripe.com/webhooks/signature", "npm stripe 23.1.0"))
    .note(
        "The secret is used as text although it starts with whsec_. After a roll several v1 values \
         may occur for up to 24 hours.",
    )
    .signs(TIMESTAMP_BODY);

/// Shopify: app webhooks.
pub const SHOPIFY: Scheme<'static> = Scheme::hmac_sha256("shopify")
    .signature(Field::whole("x-shopify-hmac-sha256").or("shopify-hmac-sha256"), Base64)
    .source(sdk(
        "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
        "npm @shopify/shopify-api 13.1.0",
    ))
    .note(
        "The key is the app's client secret (the old one may sign for an hour after rotation); \
         webhooks made in the admin use a shop-level secret. X-Shopify-Webhook-Id and \
         X-Shopify-Event-Id are not signed.",
    )
    .signs(BODY);

/// Paddle: Billing notifications.
pub const PADDLE: Scheme<'static> = Scheme::hmac_sha256("paddle")
    .signature(Field::listed("paddle-signature", ';', "h1="), Hex)
    .timestamp(Field::listed("paddle-signature", ';', "ts="), Unit::Seconds)
    .max_age(Duration::from_secs(5))
    .event_id("/event_id")
    .source(sdk(
        "https://developer.paddle.com/webhooks/signature-verification",
        "npm @paddle/paddle-node-sdk 3.10.0",
    ))
    .note(
        "The provider's own tolerance is 5 seconds, so slow delivery or a clock that is off gets \
         refused unless it is widened. During rotation several h1 values occur.",
    )
    .signs(&[Part::Timestamp, Part::Literal(":"), Part::Body]);

/// Square: payment and commerce webhooks.
pub const SQUARE: Scheme<'static> = Scheme::hmac_sha256("square")
    .signature(Field::whole("x-square-hmacsha256-signature"), Base64)
    .event_id("/event_id")
    .source(sdk("https://developer.squareup.com/docs/webhooks/step3validate", "npm square 46.0.0"))
    .note(
        "The URL is the one configured in the dashboard, not the one seen behind a proxy. The legacy \
         x-square-signature header is another scheme.",
    )
    .signs(&[Part::Url, Part::Body]);

/// Razorpay: payment webhooks.
pub const RAZORPAY: Scheme<'static> = Scheme::hmac_sha256("razorpay")
    .signature(Field::whole("x-razorpay-signature"), Hex)
    .source(sdk("https://razorpay.com/docs/webhooks/validate-test/", "npm razorpay 2.9.8"))
    .note("x-razorpay-event-id is the event id but is not signed.")
    .signs(BODY);

/// Adyen: platform webhooks, HmacSignature header.
pub const ADYEN_PLATFORM: Scheme<'static> = Scheme::hmac_sha256("adyen-platform")
    .signature(Field::whole("hmacsignature"), Base64)
    .secret(&[SecretForm::Hex])
    .source(sdk(
        "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
        "npm @adyen/api-library 32.1.0",
    ))
    .note(
        "The HMAC key is hex and has to be decoded. Standard notifications carry their signature \
         inside the body instead and are a scheme of their own (adyen).",
    )
    .signs(BODY);

/// Coinbase Commerce: payment webhooks.
pub const COINBASE_COMMERCE: Scheme<'static> = Scheme::hmac_sha256("coinbase-commerce")
    .signature(Field::whole("x-cc-webhook-signature"), Hex)
    .source(sdk(
        "https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security",
        "npm coinbase-commerce-node 1.0.4",
    ))
    .note(
        "A legacy product: webhooks of the newer Coinbase Developer Platform use another header and \
         layout.",
    )
    .signs(BODY);

/// GoCardless: bank payment webhooks.
pub const GOCARDLESS: Scheme<'static> = Scheme::hmac_sha256("gocardless")
    .signature(Field::whole("webhook-signature"), Hex)
    .event_id("/meta/webhook_id")
    .source(sdk(
        "https://developer.gocardless.com/getting-started/stay-up-to-date-with-webhooks-v2/",
        "npm gocardless-nodejs 10.1.2",
    ))
    .note("The provider asks for status 498 in answer to a bad signature.")
    .signs(BODY);

/// Onfido: identity verification webhooks.
pub const ONFIDO: Scheme<'static> = Scheme::hmac_sha256("onfido")
    .signature(Field::whole("x-sha2-signature"), Hex)
    .source(sdk(
        "https://documentation.onfido.com/api/latest/#verifying-webhook-signatures",
        "npm @onfido/api 6.2.0",
    ))
    .signs(BODY);

/// Modern Treasury: payment operations webhooks.
pub const MODERN_TREASURY: Scheme<'static> = Scheme::hmac_sha256("modern-treasury")
    .signature(Field::whole("x-signature"), Hex)
    .source(sdk("https://docs.moderntreasury.com/platform/reference/webhooks", "npm modern-treasury 3.3.0"))
    .note("X-Webhook-ID is not signed.")
    .signs(BODY);

/// Persona: identity verification webhooks.
pub const PERSONA: Scheme<'static> = Scheme::hmac_sha256("persona")
    .signature(Field::grouped("persona-signature", ' ', ',', "v1="), Hex)
    .timestamp(Field::listed("persona-signature", ',', "t="), Unit::Seconds)
    .source(documented("https://docs.withpersona.com/webhooks"))
    .note(
        "During rotation two groups of t and v1 arrive, separated by a space. The wbhsec_ prefix is \
         part of the key.",
    )
    .signs(TIMESTAMP_BODY);

/// Paystack: payment webhooks.
pub const PAYSTACK: Scheme<'static> = Scheme::hmac_sha512("paystack")
    .signature(Field::whole("x-paystack-signature"), Hex)
    .source(documented("https://paystack.com/docs/payments/webhooks/"))
    .note("SHA-512, keyed with the API secret key; keep the raw bytes.")
    .signs(BODY);

/// Flutterwave: payment webhooks, API v4.
pub const FLUTTERWAVE: Scheme<'static> = Scheme::hmac_sha256("flutterwave")
    .signature(Field::whole("flutterwave-signature"), Base64)
    .source(documented("https://developer.flutterwave.com/docs/webhooks"))
    .note("The key is the secret hash. API v3 sends a plain token instead (flutterwave-v3).")
    .signs(BODY);

/// WooCommerce: store webhooks.
pub const WOOCOMMERCE: Scheme<'static> = Scheme::hmac_sha256("woocommerce")
    .signature(Field::whole("x-wc-webhook-signature"), Base64)
    .source(documented("https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks"))
    .note(
        "The first ping, a form with webhook_id, is unsigned, and X-WC-Webhook-Delivery-ID is neither \
         signed nor unique within a second. HTML entities in the stored secret (&amp;) stand for the \
         characters that form the key.",
    )
    .signs(BODY);

/// Xero: accounting webhooks.
pub const XERO: Scheme<'static> = Scheme::hmac_sha256("xero")
    .signature(Field::whole("x-xero-signature"), Base64)
    .source(documented("https://developer.xero.com/documentation/webhooks/configuring-your-server"))
    .note(
        "Intent to receive: answer 200 to good and 401 to deliberately bad signatures, with an empty \
         body and no cookies, within 5 seconds.",
    )
    .signs(BODY);

/// QuickBooks Online: Intuit data change webhooks.
pub const QUICKBOOKS: Scheme<'static> = Scheme::hmac_sha256("quickbooks")
    .signature(Field::whole("intuit-signature"), Base64)
    .source(documented("https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks"))
    .note("The key is the verifier token.")
    .signs(BODY);

/// Mollie: next-generation payment webhooks.
pub const MOLLIE: Scheme<'static> = Scheme::hmac_sha256("mollie")
    .signature(Field::prefixed("x-mollie-signature", "sha256="), Hex)
    .source(documented("https://docs.mollie.com/reference/webhooks-best-practices"))
    .note(
        "Classic Mollie webhooks carry only an object id and are unsigned by design: fetch the object \
         there. A signature header that occurs twice, as Mollie may send it during a rotation, is refused.",
    )
    .signs(BODY);

/// Lemon Squeezy: store webhooks.
pub const LEMONSQUEEZY: Scheme<'static> = Scheme::hmac_sha256("lemonsqueezy")
    .signature(Field::whole("x-signature"), Hex)
    .source(documented("https://docs.lemonsqueezy.com/help/webhooks/signing-requests"))
    .note("There is neither a timestamp nor an id header.")
    .signs(BODY);

/// Marqeta: card issuing webhooks.
pub const MARQETA: Scheme<'static> = Scheme::hmac_sha256("marqeta")
    .signature(Field::whole("x-marqeta-signature"), Hex)
    .source(documented("https://www.marqeta.com/docs/developer-guides/signature-verification"))
    .note(
        "Basic authentication is always sent; the signature is optional and may be configured as \
         SHA-1 or SHA-256.",
    )
    .signs(BODY);

/// Flutterwave: payment webhooks, API v3.
pub const FLUTTERWAVE_V3: Scheme<'static> =
    Scheme::static_token("flutterwave-v3", Field::whole("verif-hash"))
        .source(documented("https://developer.flutterwave.com/v3.0/docs/webhooks"))
        .note("The secret hash is sent as it is; nothing is signed. API v4 signs the body (flutterwave).")
        .dangerous_unsigned_body()
        .signs(&[]);

/// Adyen: standard payment notifications, signed inside each item.
#[cfg(feature = "fields")]
#[cfg_attr(docsrs, doc(cfg(feature = "fields")))]
pub const ADYEN: Scheme<'static> = Scheme::hmac_sha256("adyen")
    .encoded(Base64)
    .secret(&[SecretForm::Hex])
    .source(sdk(ADYEN_PAGE, "npm @adyen/api-library 32.1.0"))
    .note(
        "Eight fields of each item are signed and NOTHING ELSE: act on these alone. Every item of a \
         notification has to verify, and there has to be one. Items are signed one by one and can be sent again \
         in other company, so a notification of several has no replay key: remember each by its pspReference \
         and eventCode.",
    )
    .follows(crate::mechanism::Rules::Adyen);

#[cfg(feature = "fields")]
const ADYEN_PAGE: &str =
    "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures";
