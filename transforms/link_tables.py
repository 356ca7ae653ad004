"""What `canonical` drops from a link, as tables.

**What may enter.** A parameter enters `TRACKERS` or `TRACKER_FAMILIES` only if its vendor documents it as saying where
a click came from (or as a session), and no system is known to choose a page by it. Names that mean a page somewhere
(`id`, `p`, `page`, `article`, `story`, `v`, `q`, `s`, `lang` ...) never enter. A name that is a tracker on one site and
ordinary elsewhere stands under its site in `SITE_TRACKERS`; a name that is a tracker only with some values stands in
`CHANNEL_NAMES`. A tracker that is missed costs an article fetched twice (and found out by its text); a name too many
merges two articles into one and loses one of them: when in doubt, leave it out.

Names are compared in lower case.
"""

from __future__ import annotations

TRACKER_FAMILIES = (
    "utm_",  # Urchin, Google Analytics, and everyone who copied them
    "itm_",  # the same for links inside a site
    "at_",  # AT Internet / Piano: at_medium, at_campaign, at_custom1 ...
    "ns_",  # comScore: ns_mchannel, ns_campaign, ns_source ...
    "pk_",  # Piwik
    "piwik_",
    "mtm_",  # Matomo
    "matomo_",
    "hsa_",  # HubSpot ads
    "__hs",  # HubSpot: __hstc, __hssc, __hsfp
    "_hs",  # HubSpot: _hsenc, _hsmi
    "wt.",  # Webtrends: WT.mc_id ...
    "wt_",
    "vero_",  # Vero
    "oly_",  # Omeda
    "fb_action_",  # Facebook: fb_action_ids, fb_action_types
    "guce_",  # Yahoo's consent page: guce_referrer, guce_referrer_sig
    "amp_",  # the AMP viewer: amp_js_v, amp_gsa, amp_ct ...
    "aspsessionid",  # ASP sessions
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLICKS = _names(
    "fbclid fb_source fb_ref gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid srsltid msclkid yclid ysclid "
    "twclid ttclid li_fat_id igshid igsh mibextid sccid epik irclickid rdt_cid obclid tblci wickedid _openstat"
)
_CAMPAIGNS = _names(
    "mc_cid mc_eid mkt_tok ml_subscriber ml_subscriber_hash dm_i bsft_clkid bsft_uid trk_contact trk_msg trk_module "
    "nr_email_referer elqtrackid elqtrack sc_campaign sc_channel s_cid cmpid icid ocid cvid xtor smtyp wpisrc maca "
    "traffic_source _ga _gl gaa_at gaa_n gaa_ts gaa_sig"
)
_SHARING = _names(
    "ref_src ref_url feedtype feedname rss_source sharetype share_source share_medium socsrc soc_src soc_trk .tsrc "
    "guccounter ftag ncid usqp __twitter_impression __source"
)
_SESSIONS = _names("jsessionid phpsessid")
TRACKERS = _CLICKS | _CAMPAIGNS | _SHARING | _SESSIONS

SITE_TRACKERS: dict[str, frozenset[str]] = {
    "theguardian.com": frozenset({"cmp"}),
    "nytimes.com": frozenset({"smid", "partner", "emc", "rss", "searchresultposition", "unlocked_article_code"}),
    "dailymail.co.uk": frozenset({"ito"}),
    "npr.org": frozenset({"ft", "f"}),
    "washingtonpost.com": frozenset({"tid", "itid"}),
    "bloomberg.com": frozenset({"srnd", "sref"}),
    "abc.net.au": frozenset({"sf"}),
    "youtube.com": frozenset({"feature", "si"}),
}
"""Registrable domain -> names that are trackers there only."""

CHANNEL_NAMES = frozenset({"ref", "source", "src", "from", "via", "origin", "medium", "cid", "rss"})
CHANNELS = _names("1 rss rss2 rssfeed rss_feed feed atom newsletter email twitter facebook linkedin whatsapp")
"""`ref=rss`: these names are trackers when their value is one of these words (`1` only for `rss`)."""

AMP_SWITCHES = frozenset({"amp", "_amp", "isamp"})
AMP_FORMATS = frozenset({"output", "outputtype", "format", "mode", "view", "type"})

INDEX_NAMES = frozenset(
    {
        "index.html",
        "index.htm",
        "index.shtml",
        "index.php",
        "default.htm",
        "default.html",
        "default.asp",
        "default.aspx",
    }
)
"""The page that a server gives for a folder, in the names of Apache, nginx and IIS."""

SAME_SITE_LABELS = frozenset({"www", "m", "mobile", "amp"})
"""First labels of a host that show the same pages as the host without them."""

AMP_CACHES = (".cdn.ampproject.org", ".bing-amp.com")


def is_tracker(name: str, value: str, site: str) -> bool:
    """Whether `name=value` in a link to `site` (a registrable domain) only says where a click came from."""
    name = name.lower()
    if name in TRACKERS or name.startswith(TRACKER_FAMILIES) or name in SITE_TRACKERS.get(site, frozenset()):
        return True
    value = value.lower()
    if name in CHANNEL_NAMES:
        return value in CHANNELS and (value != "1" or name == "rss")
    if name in AMP_SWITCHES:
        return value in {"", "1", "true", "yes"}
    return name in AMP_FORMATS and value == "amp"
