"""Lines and footers written after the rules, in other wordings: how much of what was not foreseen is removed.

Of `FIRST` 53 of 60 were removed at first sight; its misses have taught the rules since, so it guards against
loss and measures nothing more. `SECOND` was written after that, and no rule has been changed for it. A fresh figure
needs fresh lines.

(where it stands: top or end; the lines; the contributors it names)
"""

FIRST: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # captions of file-name words
    ("top", "Wildfire Ridge Evacuees 60213 c41fe 1 4032 3024 s1600x1067", ()),
    ("top", "prime-minister-arrives-airport-800x450", ()),
    ("top", "Coral bleaching reef diver 2048x1365", ()),
    ("top", "DSC_0448 harbour dawn", ()),
    ("top", "Protest Square Night Istock 1183947561 web", ()),
    ("top", "tram_depot_flood_03.webp", ()),
    ("top", "Election Tent GettyImages-2147483647 scaled", ()),
    ("top", "20230917 market stall vendor 5f3a9c2b71 1200x630", ()),
    ("top", "Screenshot 2024 03 11 At 09 41 12", ()),
    ("top", "AP24061583920417", ()),
    # the way to the original
    ("end", "Original article source", ()),
    ("end", "Source: http://bayherald.test/2024/05/quake", ()),
    ("end", "Click here to read the original story", ()),
    ("end", "View the original on Bay Herald", ()),
    ("end", "This story originally appeared in Bay Herald.", ()),
    ("end", "The post Quake rattles bay appeared first on Bay Herald.", ()),
    ("end", "[Via: bayherald.test]", ()),
    ("end", "Link to original article", ()),
    ("end", "Read the full story here…", ()),
    ("end", "Syndicated from Bay Herald with permission", ()),
    # footers of aggregators, plain and disguised
    (
        "end",
        "Copyright, Credits & Attribution:\nTo have this removed,\nplease mail our desk at\nlegal@aggregate.test",
        (),
    ),
    ("end", "DMCA & Takedown\nReach our team: hello [at] aggregate [dot] test", ()),
    ("end", "𝗗𝗠𝗖𝗔 𝗡𝗼𝘁𝗶𝗰𝗲\n𝗪𝗿𝗶𝘁𝗲 𝘁𝗼 𝘂𝘀 𝗮𝘁", ()),
    ("end", "𝐂𝐫𝐞𝐝𝐢𝐭𝐬 𝐚𝐧𝐝 𝐂𝐨𝐮𝐫𝐭𝐞𝐬𝐲\n𝐅𝐨𝐫 𝐚𝐧𝐲 𝐪𝐮𝐞𝐫𝐢𝐞𝐬 𝐚𝐛𝐨𝐮𝐭 𝐜𝐨𝐩𝐲𝐫𝐢𝐠𝐡𝐭,\n𝐤𝐢𝐧𝐝𝐥𝐲 𝐰𝐫𝐢𝐭𝐞 𝐭𝐨 𝐨𝐮𝐫 𝐢𝐧𝐛𝐨𝐱", ()),
    ("end", "🅳🅸🆂🅲🅻🅰🅸🅼🅴🆁\n🅲🅾🅽🆃🅰🅲🆃 🆄🆂", ()),
    ("end", "Ⓙⓞⓘⓝ ⓞⓤⓡ ⓖⓡⓞⓤⓟ ⓞⓝ Ⓣⓔⓛⓔⓖⓡⓐⓜ", ()),
    ("end", "Should you be the copyright owner and object to this post, kindly contact the webmaster.", ()),
    ("end", "All images and text remain the property of their original publishers.", ()),
    ("end", "Disclaimer: We are a news aggregator and hold no rights to this text.", ()),
    ("end", "This news item was imported automatically from an RSS feed.", ()),
    ("end", "(This story has not been edited by our staff and is auto-generated from a syndicated feed.)", ()),
    ("end", "Our site claims no ownership of the photos shown here.", ()),
    ("end", "For takedown requests: abuse@aggregate.test", ()),
    ("end", "Copyright © 2025 Bay Herald Publishing Group. All rights reserved.", ()),
    ("end", "© Bay Herald", ()),
    ("end", "Opinions expressed here are the author's and not necessarily those of Bay Herald.", ()),
    # who helped
    ("end", "Wanjiru Abara in Nairobi contributed to this story.", ("Wanjiru Abara",)),
    ("end", "— With additional reporting from Piet de Graaf", ("Piet de Graaf",)),
    ("end", "(Additional reporting: Luz Ortega, Kofi Mensah)", ("Luz Ortega", "Kofi Mensah")),
    ("end", "Bay Herald reporters Chen Wei and Olga Brandt contributed.", ("Chen Wei", "Olga Brandt")),
    (
        "end",
        "Reporting by Hana Suzuki and Ravi Menon in Delhi; editing by Clare Boyd",
        ("Hana Suzuki", "Ravi Menon", "Clare Boyd"),
    ),
    ("end", "Edited by: Dmitri Alenko", ("Dmitri Alenko",)),
    ("end", "Amina Yusuf and Lars Holt also contributed to this report from Oslo.", ("Amina Yusuf", "Lars Holt")),
    ("end", "Contributors: Bea Lindqvist; Tom Farrow", ("Bea Lindqvist", "Tom Farrow")),
    ("end", "The Bay Herald's Nora Quist contributed to this article.", ("Nora Quist",)),
    # what pages are furnished with
    ("top", "Share this story on WhatsApp", ()),
    ("top", "Share • Tweet • Email • Print", ()),
    ("top", "6-min read", ()),
    ("end", "Sign up to get our free morning newsletter", ()),
    ("end", "Get Bay Herald headlines delivered to your inbox every day", ()),
    ("end", "Subscribe or log in to read the rest of this article", ()),
    ("end", "READ ALSO: Ten boats lost in storm", ()),
    ("end", "More stories from Bay Herald", ()),
    ("end", "Article continues below this ad", ()),
    ("end", "Show 45 comments", ()),
    ("end", "We and our partners use cookies to personalise ads.", ()),
    ("top", "Photograph: Ines Duarte/Bay Herald", ()),
    ("top", "Image: AFP via Getty Images", ()),
    ("end", "Follow Bay Herald on Instagram and TikTok", ()),
    ("end", "This is a breaking news story. Check back for updates.", ()),
)

SECOND: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("top", "Rail Workers Picket 77014 0bd3e q2 2400 1600 s800x533", ()),
    ("top", "minister-visits-clinic_1080x608", ()),
    ("top", "Snowfall on Main Street 640x427", ()),
    ("top", "P1020837.JPG", ()),
    ("top", "shutterstock_1906384721", ()),
    ("end", "Source Article", ()),
    ("end", "Original publication: coastpost.test/a/119", ()),
    ("end", "Read this article at its original source", ()),
    ("end", "First published in Coast Post", ()),
    ("end", "Copyright and DMCA policy\nIf this is your work, tell us: dmca@mirror.test", ()),
    ("end", "𝙲𝚘𝚙𝚢𝚛𝚒𝚐𝚑𝚝 𝙲𝚕𝚊𝚒𝚖𝚜\n𝙼𝚊𝚒𝚕 𝚞𝚜", ()),
    ("end", "𝓒𝓸𝓾𝓻𝓽𝓮𝓼𝔂: Coast Post", ()),
    ("end", "The rights to this text belong to whoever wrote it; ask and we delete it.", ()),
    ("end", "Kindly email us if your material should be taken down.", ()),
    ("end", "Contributing reporters: Sade Bankole and Ivo Marek", ("Sade Bankole", "Ivo Marek")),
    ("end", "*Femi Adeyemi of Coast Post contributed to this report", ("Femi Adeyemi",)),
    ("end", "Video by Rosa Klein", ()),
    ("end", "Tap here to join our WhatsApp group", ()),
    ("end", "You might also enjoy", ()),
    ("end", "Recommended: Why the tide came twice", ()),
)
