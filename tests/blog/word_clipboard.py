"""What Word puts on the clipboard as HTML, written down as Word writes it, and what should become of it."""

_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/ada/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml>
 <w:WordDocument><w:View>Normal</w:View></w:WordDocument>
</xml><![endif]-->
<style>
<!--
 /* Style Definitions */
 p.MsoNormal, li.MsoNormal, div.MsoNormal
	{mso-style-unhide:no; margin:0in; font-size:12.0pt; font-family:"Aptos",sans-serif;}
@list l0:level1
	{mso-level-number-format:bullet; mso-level-text:\\F0B7;}
-->
</style>
<!--[if gte mso 10]>
<style> table.MsoNormalTable {mso-style-name:"Table Normal";} </style>
<![endif]-->
</head>

<body lang=EN-US style='tab-interval:.5in;word-wrap:break-word'>
<!--StartFragment-->
"""
_TAIL = "\n<!--EndFragment-->\n</body>\n\n</html>\n"


def _item(words: str, *, place: str = "Middle", level: int = 1, mark: str = "·", number: int = 0) -> str:
    return f"""
<p class=MsoListParagraphCxSp{place} style='margin-left:{level * 0.5}in;mso-add-space:auto;
text-indent:-.25in;mso-list:l{number} level{level} lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-fareast-font-family:Symbol;mso-bidi-font-family:
Symbol'><span style='mso-list:Ignore'>{mark}<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>{words}<o:p></o:p></p>
"""


CLIPBOARD = "".join(
    [
        _HEAD,
        "<h1>Heel pain<o:p></o:p></h1>\n",
        """
<p class=MsoNormal><span style='font-family:"Aptos",sans-serif;color:#C00000'>It’s called “plantar
fasciitis” – and <b style='mso-bidi-font-weight:normal'>it usually <i>goes</i></b>.<span
style='mso-spacerun:yes'>  </span>Read <a href="https://example.com/heel?a=1&amp;b=2">our<span
style='color:blue'> page</span></a>.<o:p></o:p></span></p>

<p class=MsoNormal><o:p>&nbsp;</o:p></p>
""",
        _item("Rest", place="First"),
        _item("Stretch:"),
        _item("in the morning", level=2, mark="o"),
        _item("in the evening", level=2, mark="o"),
        _item("barefoot", level=3, mark="§"),
        _item("Wear good shoes", place="Last"),
        "\n<p class=MsoNormal>Then, in this order:<o:p></o:p></p>\n",
        _item("Walk", place="First", mark="1.", number=1),
        _item("Run", place="Last", mark="2.", number=1),
        """
<h2 style='mso-margin-top-alt:auto'><a name="_Toc1"></a>When to call<o:p></o:p></h2>
<!--[if gte vml 1]><v:shape id="x" type="#t75" onclick="window.ran=1">hidden</v:shape><![endif]-->
<p class=MsoNormal style='mso-pagination:none'>Call us.<br style='mso-special-character:line-break'>
Or write.<o:p></o:p></p>
""",
        _TAIL,
    ]
)

CLEAN = (
    "<h2>Heel pain</h2>"
    "<p>It’s called “plantar fasciitis” – and <strong>it usually <em>goes</em></strong>. Read"
    ' <a href="https://example.com/heel?a=1&amp;b=2">our page</a>.</p>'
    "<ul><li><p>Rest</p></li><li><p>Stretch:</p>"
    "<ul><li><p>in the morning</p></li><li><p>in the evening</p><ul><li><p>barefoot</p></li></ul></li></ul></li>"
    "<li><p>Wear good shoes</p></li></ul>"
    "<p>Then, in this order:</p>"
    "<ol><li><p>Walk</p></li><li><p>Run</p></li></ol>"
    "<h2>When to call</h2>"
    "<p>Call us.<br>Or write.</p>"
)
