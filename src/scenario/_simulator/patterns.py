"""What gives a bad reply of a simulated user away: patterns in English, German, Spanish and Japanese.

They are meant to be right when they match, rather than to match everything: a good reply that is refused costs
a model call and can end a run, while a bad one that passes is still in the conversation for everybody to see.
"""

from __future__ import annotations

import re
from functools import cached_property

_PERSON = (
    r"(?:user|customer|client|persona|caller|buyer|person|guest|patient|shopper|tenant|student|member|visitor"
    r"|applicant|travell?er|passenger|subscriber|commuter|parent|employee)"
)
_PERSON_DE = (
    r"(?:Nutzer(?:in)?|Benutzer(?:in)?|Kund(?:en?|in)|Mieter(?:in)?|Leser(?:in)?|Anrufer(?:in)?|Person|Gast"
    r"|Student(?:in)?|Patient(?:in)?|Besucher(?:in)?|Fahrg(?:ast|ästin)|Fahrer(?:in)?|Käufer(?:in)?)"
)
_PERSON_ES = r"(?:usuari[oa]|cliente|clienta|estudiante|compradora?|persona|paciente|viajer[oa]|profesora?)"
_PERSON_JA = r"(?:ユーザー|顧客|お客様|客|利用者|学生|患者|旅行者)"
_ORDERED = r"(?:order|booking|reservation|account|subscription|membership|ticket|appointment|contract|request|return|refund)"
_SAY = r"(?:respond|reply|answer|say|react|refuse)"


class Pattern:
    """Alternatives of regular expressions, compiled when they are first used.

    There are many of them, and most programs that import this library never simulate a user.

    Args:
        alternatives: The expressions; case does not matter to them, and ``^`` and ``$`` stand for lines.
    """

    def __init__(self, *alternatives: str) -> None:
        self._source = "|".join(alternatives)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The expression."""
        return re.compile(self._source, re.IGNORECASE | re.MULTILINE)


OUTSIDE_VIEW = Pattern(r"\A(?:they|she|he|someone|somebody|an?|sie|er|jemand|eine?|ella|él|alguien|una?)\b")
"""How a sentence of a description begins that speaks of the user as of somebody else."""

WHO = Pattern(
    r"\b(?!they\b|she\b|who\b|and\b|you\b|that\b|ella\b|sie\b|und\b|que\b)([^\W\d_]{3,}) "
    r"(?:wants?|would like|asks|knows|remembers|thinks|hopes|tries|speaks|lives|feels|complains|bought|ordered|forgot"
    r"|does(?:n't| not) (?:know|remember|want)|(?:is|gets|are) (?:nervous|sceptical|worried|angry|tired|polite|upset)"
    r"|möchte|will|fragt|weiß|sucht|wohnt|arbeitet|bittet|meldet"
    r"|(?:no )?(?:quiere|pide|pregunta|sabe|busca|vive|recuerda|encuentra))\b"
    r"|([^\s、。はがの]{1,8})(?:は|が)[^。\n]{0,40}(?:たい|ほしい|尋ねる|問い合わせ|知って|心配|苦手|覚えて|なくして|時間がない)",
)
"""Who wants, asks, knows or feels something in a description is a person: its name for the user, as a rule."""

PERSON = Pattern(rf"\b{_PERSON}\b", rf"\b{_PERSON_DE}\b", rf"\b{_PERSON_ES}\b", _PERSON_JA)
"""Usual names for the user."""

NOTHING_SAID = Pattern(
    r"\A\W*(?:empty|blank|null|none|nothing|quiet)\W*\Z",
    r"\b(?:no|without(?: an?)?) (?:reply|response|answer|message|comment)\b|\bsilen(?:t|ce)\b|\bsays nothing\b",
    r"\b(?:stays?|remains?|keeps?) (?:quiet|silent|still)\b",
    r"\b(?:does|do|did)(?: not|n't) (?:reply|respond|answer|say|write|type)\b|\b(?:waits?|waiting|pauses?|pausing)\b",
    r"\b(?:schweig(?:t|en)|stille|wartet|warten|(?:keine|ohne) (?:antwort|nachricht|reaktion))\b",
    r"\b(?:(?:antwortet|schreibt|reagiert) nicht|sagt nichts)\b",
    r"\b(?:silencio|espera(?:ndo)?|(?:sin|ninguna) (?:respuesta|mensaje)|no (?:responde|contesta|dice nada|escribe))\b",
    r"沈黙|無言|無回答|(?:返答|返信|返事|応答)(?:なし|がない|しない)|待つ|待って|何も(?:言|書)",
)
"""What stands for silence; a reply of it counts only in brackets or asterisks, as a stage direction."""

_TAG = r"(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad|inner_monologue)"

REASONING_TAG = Pattern(
    rf"^\s*<{_TAG}\b[^>\n]*>",
    rf"^\s*</{_TAG}>",
    rf"<{_TAG}\b[^>]*>[\s\S]*</{_TAG}>",
    r"[◁]/?think[▷]",
    r"^\s*\[/?think(?:ing)?\]",
    r"<\|[a-z_]+\|>",
)
"""The marks that models and chat templates put around reasoning."""

REASONING = Pattern(
    r"\A\W*(?:thoughts?|thinking|reasoning|analysis|internal monologue|chain of thought)\W?\s*:",
    rf"\b(?:respond|reply|answer|speak|write) as (?:the|this|a) {_PERSON}\b",
    rf"\b(?:as|since i'm|since i am|i'm|i am) (?:playing )?the {_PERSON},? i (?:should|would|need to|must|have to|'d|will)\b",
    rf"\bi(?:'m| am) (?:supposed|meant) to (?:be|play|sound like|act like) (?:an?|the) (?:[\w-]+ ){{0,2}}{_PERSON}\b",
    rf"\b(?:as|for|like) (?:an?|the|this) (?:[\w-]+ ){{1,3}}{_PERSON},? i(?:'d| would| should)(?: probably| likely)? {_SAY}\b",
    rf"\b(?:an?|the|this|my|real) (?:[\w-]+ ){{0,3}}(?:user|customer|caller|persona|character) (?:would|should|might|has to|needs to)(?: probably| likely| just| now)? {_SAY}\b",
    r"\b(?:an?|this|the) (?:[\w-]+ ){0,3}(?:person|persona|character) (?:would|should|might)(?: probably| likely| just| now)? (?!have\b|be able\b|know\b)\w+",
    r"(?:\A|[.!?]\s+|\n)\W*(?:(?:hmm|okay|ok|so|alright|now|well)[,.]? )*the (?:assistant|agent|chatbot) (?:wants|asks|is asking|offers|is offering|needs|is waiting|expects|is trying)\b",
    rf"\b(?:the|this|my) (?:{_PERSON}|character)'s (?:next|following) (?:message|reply|response|turn|line)\b",
    rf"\b(?:produce|generate|craft|come up with|write) (?:the|a|my) (?:{_PERSON}|character)(?:'s)? (?:message|reply|response|turn|line)\b",
    r"\bi should (?:now |just |probably )?(?:reply|respond|answer|stay|act|sound|play|keep (?:it|this|my))\b",
    r"\A\((?:i should|i need to|i must|i have to|respond|reply|as the|as an?)\b",
    r"^\W*final (?:answer|reply|message)\W{0,2}:\s",
    rf"\b(?:how|what) (?:would )?(?:this|the) {_PERSON} (?:would|might|should)?\s*{_SAY}\b",
    rf"^\W*(?:so,? |okay,? )*(?:this|the) {_PERSON} (?:would|should|might)(?: probably| likely| then)? {_SAY}\b",
    r"\b(?:stay(?:ing)?|remain(?:ing)?|keep(?:ing)?) in character\b",
    r"\b(?:since|because|as) i(?:'m| am) (?:role-?)?playing (?:the|a|an)\b",
    rf"\b(?:respond|reply|answer|response|message)(?: \w+ly| now| here)? as (?:the|this|a) {_PERSON}\b",
    r"\bi'll (?:now )?(?:write|craft|produce|give) an? (?:[\w-]+ ){0,3}(?:message|reply|response|answer)\b",
    r"\b(?:response|reply|answer) as (?:the|an?) [\w-]+\s*:",
    r"\bthe (?:reply|response|message|answer) should (?:be|mention|say|sound|include|contain)\b",
    r"\bas an? (?:[\w-]+ ){1,3}?[\w-]+, i(?:'d| would) (?:say|write|type)\s*:",
    r"\A\W*(?:plan|strategy|note to self|response|reply)\s*:[^\n]*\n",
    r"(?:\A|[.!?]\s+|\n)\W*der (?:assistent|agent|chatbot) (?:fragt|möchte|will|bietet|bittet|erwartet)\b",
    r"(?:\A|[.!?]\s+|\n)\W*el (?:asistente|agente|chatbot) (?:pregunta|quiere|ofrece|pide|necesita|espera)\b",
    r"(?:\A|。|\n)(?:アシスタント|エージェント)は[^。\n]{0,20}(?:聞いて|尋ねて|求めて|提案して|言って)(?:いる|きた)",
    r"\A[(\[*]\s*(?:thinking|thinks|thought|internal|inner)\b",
    rf"\Ahere(?:'s| is) (?:the|a|my) (?:[\w-]+ ){{0,2}}(?:{_PERSON}'s|in-character|realistic|natural) (?:next )?(?:reply|response|answer|message)\b",
    r"\A\W*(?:überlegung|gedanken?(?:gang)?|begründung|analyse)\s*:",
    rf"\b(?:muss|sollte|soll|werde) (?:ich )?(?:jetzt |nun |hier )?als {_PERSON_DE} (?:antworten|reagieren|schreiben)\b",
    rf"\bals {_PERSON_DE} (?:sollte|muss|würde) ich (?:jetzt |nun )?(?:antworten|sagen|reagieren)\b",
    rf"\b(?:der|die) {_PERSON_DE} (?:sollte|würde|müsste)\b[^.\n]{{0,40}}\b(?:antworten|sagen|reagieren|ablehnen|zustimmen)\b",
    r"\b(?:also|deshalb|daher) (?:sollte|muss|werde) ich (?:das |es |so |nun |jetzt |hier )*(?:sagen|antworten|erwähnen|reagieren)\b",
    r"\A\W*(?:razonamiento|pensamientos?|análisis|reflexión)\s*:",
    rf"\bcomo (?:el |la |un |una )?{_PERSON_ES},? (?:yo )?(?:debo|debería|tengo que|respondería|diría)\b",
    rf"\b(?:debo|debería|tengo que) (?:responder|contestar|actuar) como (?:el |la |un |una )?{_PERSON_ES}\b",
    rf"\b(?:el|la) {_PERSON_ES} (?:debería|debe|respondería|diría) (?:responder|contestar|decir)?\b",
    r"\A\W*(?:思考|推論|考察|分析)(?:過程)?\s*[:\uff1a]",
    rf"{_PERSON_JA}(?:として|なら)[^。\n]{{0,12}}(?:返答|回答|応答|答え)[^。\n]{{0,6}}(?:必要|べき|しよう|だろう)",
    r"[^\s、。]{1,6}として[^。\n]{0,14}(?:答え|返答|応答|回答)[^。\n]{0,4}(?:必要|べき)",
    r"という設定(?:な|だ|で)|(?:そう|と)答え(?:る|よう)(?:べき|$|。|と思)",
    rf"{_PERSON_JA}は[^。\n]{{0,20}}(?:答える|言う|返す)(?:べき|はず|だろう)",
)
"""A player who thinks aloud about the part."""

TOOL_JSON_KEYS = (
    frozenset({"name", "arguments"}),
    frozenset({"name", "parameters"}),
    frozenset({"tool", "arguments"}),
    frozenset({"tool", "input"}),
    frozenset({"tool_name", "arguments"}),
    frozenset({"action", "action_input"}),
    frozenset({"function", "arguments"}),
    frozenset({"tool_calls"}),
    frozenset({"function_call"}),
)
"""The keys by which a JSON object is a call of a tool that was written as text."""

AGENT_LABEL = Pattern(
    r"\A\W{0,3}(?:assistant|agent|ai|bot|chatbot|support|support agent|customer service)\W{0,3}[:\uff1a]\s",
    r"\A\W{0,3}(?:assistent(?:in)?|ki|kundenservice|kundendienst|asistente|agente|soporte|ia)\W{0,3}[:\uff1a]\s",
    r"\A\W{0,3}(?:アシスタント|エージェント|担当者|オペレーター|サポート)\s*[:\uff1a]",
    r"\A\W{0,3}(?:user|customer|me)\W{0,3}:[\s\S]*^\W{0,3}(?:assistant|agent|ai|bot|support)\W{0,3}:",
    r"^\s*\[(?:the (?:assistant|conversation|agent) |your last attempt )|^\s*\[[\w-]+ answers:",
    r"</?(?:tool_call|function_calls?|tools|invoke)\b|<function=",
)
"""A label of the agent's before the text, both sides of the conversation in one reply, a note of ours, a call as markup."""

AGENT_WORDS = Pattern(
    r"\b(?:how|what) (?:can|may|could) (?:i|we) (?:help|assist|do for) you(?: (?:today|with|now|further)\b|\s*[?.!,]|\s*\Z)",
    r"\bhow (?:can|may) (?:i|we) be of (?:help|service|assistance)\b",
    r"\b(?:is there )?anything else (?:that )?(?:i|we) can (?:help|assist|do for) (?:you)?",
    r"\bi(?:'d| would| am|'m) (?:be )?(?:more than )?(?:happy|glad) to (?:assist|help)(?: you\b| with that|\s*[!.])",
    r"\bi(?:'m| am) here to (?:help|assist)\b",
    r"\bi can (?:certainly |definitely |also )?(?:help|assist) you(?: with (?:that|this|your)\b|\s*[.!]|\s*\Z)",
    r"\bif you (?:have|need) (?:any |more |other |further |additional |else )*(?:questions|help|assistance)\b",
    r"\blet me know (?:if|whether) (?:that|this|it) (?:helps|works for you|solves)\b",
    r"\bthank(?:s| you) for (?:contacting|reaching out to|choosing|calling|shopping with) (?:us|our)\b",
    r"\banything else you(?:'d| would) like\s*[?.!]",
    r"\bi (?:can|could|will|'ll) (?:now |also |gladly |happily )?(?:schedule|arrange|book|process|issue|place|escalate|connect|transfer|forward|reset|cancel|reserve)(?: [\w'-]+){0,6} for you\b",
    r"\bi(?:'ll| will| can) (?:now |also |gladly )?(?:walk you through|guide you|connect you|transfer you to)\b",
    rf"\bi(?:'ll| will) (?:now |also |gladly |go ahead and )?(?:process|issue|update|reset|reschedule|look up) your {_ORDERED}",
    r"\bi(?:'ve| have)(?: \w+){0,3} (?:booked|scheduled|arranged|reserved|cancell?ed|processed|updated|changed|refunded|reset|moved|placed|noted|initiated)(?: [\w'-]+){0,8} for you\b",
    r"\bi(?:'ve| have)(?: \w+){0,2} (?:refunded|credited|reversed|charged)(?: [\w'-]+){1,6} (?:to|from|on) your\b",
    r"\Ahere(?:'s| is) (?:a|an|your) (?:[\w-]+ ){0,3}(?:poem|draft|summary|recipe|itinerary|step-by-step guide)\b",
    r"\bhave you (?:already )?tried (?:restarting|rebooting|resetting|turning|clearing|reinstalling|checking|updating)\b",
    r"\bhere(?:'s| is| are) (?:how you can|some (?:steps|tips|suggestions|options|ideas)|a few (?:steps|tips|suggestions|options|ideas)|the steps|what you can)\b",
    r"\A[a-z]+(?:_[a-z0-9]+)+\([\s\S]*\)\s*\Z",
    r"\bi(?:'m| am) (?:just |only )?an? (?:virtual assistant|language model|chatbot|digital assistant)\b",
    r"\bas an? (?:language model|virtual assistant|digital assistant|chatbot),? (?:i|we)\b",
    r"\bwe (?:sincerely )?apologi[sz]e for\b",
    rf"\bi(?:'ve| have) (?:successfully |now |just |gone ahead and )*(?:processed|issued|initiated|approved) (?:a|an|the|your) (?:full )?{_ORDERED}",
    rf"\bi(?:'ve| have) (?:successfully |now |just |gone ahead and )*(?:cancell?ed|updated|changed|rebooked|moved|rescheduled) your {_ORDERED}",
    r"(?:\A|[.!?]\s+)your [\w -]{3,30}? (?:has|have) been (?:successfully |now )?(?:cancell?ed|processed|updated|changed|confirmed|issued|booked|scheduled|rescheduled|approved|completed|submitted|registered|refunded|activated|reset|renewed|extended|withdrawn|received|shipped|noted)\b",
    rf"\b(?:could|can|would) you (?:please )?(?:provide|share|confirm|verify)(?: me)?(?: with)? your (?:full name|{_ORDERED} (?:number|id|code|details))",
    r"\bi (?:completely |fully |totally )?understand your (?:frustration|disappointment)\b",
    r"\blet me (?:check|verify|look up|look into|pull up) (?:the status|the availability|your)\b",
    r"\b(?:may|can|could) i (?:please )?(?:have|get) your (?:full name|order|booking|account|date of birth|customer|ticket|member)",
    r"\bplease (?:hold|bear with me) while i\b|\brest assured\b|\bvalued customer\b",
    r"\bour team will (?:contact|get back|reach|review|be in touch)|\bwe(?:'ll| will) get back to you\b",
    r"\bwe wish you\b",
    r"\bif the (?:problem|issue|error) persists,? (?:please|contact|try|call|let)\b",
    r"\bhere(?:'s| is) what you (?:should|can|need to|could) do\b",
    r"\bi(?:'d)?(?: would| strongly)? (?:recommend|suggest|advise) (?:that you|you|calling|contacting|checking|visiting|trying|restarting|speaking)\b",
    r"\bi can (?:open|file|submit|raise|put in|set up)(?: [\w'-]+){0,6} for you\b",
    r"\bas an ai(?: [\w-]+){0,3}?,? (?:i|we)\b",
    r"\bi(?:'m| am) (?:just |only )?an ai(?: (?:language model|assistant|model|chatbot))?(?:[,.!;]| and | so |\s*\Z)",
    r"\bi(?:'m| am) sorry,? but i (?:can(?:'|no)?t|am unable to) (?:assist|comply|fulfill)\b",
    # German
    r"\b(?:wie|womit|wobei) (?:kann|darf|können|dürfen) (?:ich|wir) (?:Ihnen|dir|euch)(?: (?:heute|denn|weiter|sonst noch))* (?:helfen|weiterhelfen|behilflich|unterstützen)",
    r"\bsonst noch etwas (?:für (?:Sie|dich) tun|helfen)",
    r"\b(?:ich|wir) (?:noch |sonst |heute )*für (?:Sie|dich) tun (?:kann|können|darf)\b",
    r"\bich habe [^.?!\n]{1,60} für (?:Sie|dich) (?:aufgenommen|angelegt|eingereicht|weitergeleitet|hinterlegt|vorgemerkt)\b",
    r"\bkann ich (?:Ihnen|dir)(?: (?:sonst|noch|heute|auch|irgendwie|bei etwas|bei|mit|etwas|irgendetwas))* (?:helfen|weiterhelfen|behilflich sein)\b",
    r"\bwas (?:kann|darf) ich (?:sonst |noch |heute )*für (?:Sie|dich) tun\b",
    r"(?:\A|[.!?]\s+)Ihre? [\w-]+ (?:wurde|ist)(?: \w+){0,3} (?:übermittelt|storniert|gebucht|gekündigt|geändert|bestätigt|verlängert|erstattet|registriert|abgeschlossen)\b",
    r"\bich (?:werde|kann) (?:\w+ ){0,5}für (?:Sie|dich) (?:\w+ ){0,3}(?:buchen|veranlassen|beauftragen|stornieren|reservieren|vereinbaren|einleiten)\b",
    r"\b(?:gerne?|natürlich) helfe ich (?:Ihnen|dir)\b|\bich helfe (?:Ihnen|dir) gerne?\b",
    r"\bich verstehe Ihre (?:Frustration|Verärgerung|Enttäuschung)\b",
    r"\bnoch etwas,? (?:womit|wobei|bei dem) ich (?:Ihnen|dir)\b|\bstehe? (?:ich )?(?:Ihnen|dir) (?:\w+ ){0,2}zur Verfügung\b",
    r"\bich bin (?:nur |lediglich )?(?:ein(?:e)? )?(?:KI|virtuelle[rn]? Assistent(?:in)?|Sprachmodell|Chatbot)\b",
    r"\bich habe (?:Ihr(?:e[nmr]?)?|deine?n?) (?:\w+ ){1,7}(?:gekündigt|vorgemerkt|eingetragen|angemeldet|storniert|geändert|erstattet|verlängert|gebucht|umgebucht|veranlasst)\b",
    r"\bich habe (?:\w+ ){1,4}für (?:Sie|dich) (?:beauftragt|gebucht|veranlasst|storniert|reserviert|eingeleitet)\b",
    r"\bals (?:ein(?:e)? )?(?:KI(?:[- ]\w+)?|Sprachmodell),? (?:\w+ )?(?:habe|kann|bin|darf|besitze) ich\b",
    r"\bvielen dank für Ihre (?:Anfrage|Nachricht|Kontaktaufnahme)\b",
    # Spanish
    r"\b(?:en qué|cómo|con qué)(?: más)? (?:le |te )?(?:puedo|podemos|podría) (?:ayudar|asistir|servir)(?:le|te|les|os)?\b",
    r"\balgo más en (?:lo )?que (?:le |te )?(?:pueda|puedo|podamos) ayudar",
    r"\b(?:puedo|podemos|podría) ayudar(?:le|te|les|os) (?:en|con) algo\b",
    r"\b(?:he|hemos) (?:anulado|cambiado|cancelado|procesado|tramitado|reservado|actualizado|gestionado|registrado|programado|confirmado|reembolsado|abonado) (?:su|tu) \w+",
    r"(?:\A|[.!?¡¿]\s*)su \w+ (?:ha sido|ya está) (?:\w+ )?(?:anulad|cambiad|cancelad|procesad|tramitad|reservad|actualizad|confirmad|registrad|enviad)[oa]",
    r"\bsoy (?:solo |sólo )?(?:un |una )?(?:asistente (?:virtual|de ia|digital)|modelo de lenguaje|ia\b|inteligencia artificial|chatbot)",
    r"\bcon (?:mucho )?gusto (?:le|te) ayud|\b(?:encantad[oa]|feliz) de ayudar(?:le|te)",
    r"\bentiendo su (?:frustración|molestia)\b",
    r"\ba (?:su|tu) (?:entera )?disposición\b|\bhay algo más en (?:lo )?que\b",
    r"\bgracias por (?:contactar(?:nos|con nosotros)?|comunicarse con|ponerse en contacto)",
    r"\bpuedo (?:reservar|programar|tramitar|solicitar|gestionar)(?:le|te)\b",
    r"\bcomo (?:un |una )?(?:modelo de lenguaje|inteligencia artificial|asistente (?:virtual|de ia)|ia),",
    r"\bestoy aquí para ayudar(?:le|te)\b",
    # Japanese
    r"お手伝い(?:でき|いたし|しましょう|させ)",
    r"(?:お客様|ご予約|ご注文|ご契約|お手続き)[^。\n]{0,14}(?:いたし|致し)(?:ます|ました)",
    r"(?:おすすめ|ご案内|ご用意|お調べ|ご紹介|手配)(?:を)?(?:いたし|致し)(?:ます|ました)",
    r"ございましたら(?:お気軽に|いつでも|お申し)|お申し付けください|担当(?:の)?者におつなぎ",
    r"お困りのこと(?:は|が)|ご不便をおかけ",
    r"手続きを(?:いたし|致し|進めさせ|完了)",
    r"(?:私|わたし|当方)は(?:AI|人工知能|チャットボット|アシスタント)(?:です|なので)",
    r"どのような?ご用件|ご用件は(?:何|なん)",
    r"お問い合わせ(?:いただき)?(?:、)?(?:誠に)?ありがとうございます",
    r"(?:他に|ほかに)?ご不明な点(?:は|が)",
    r"\A\s*かしこまりました[。、]",
    r"(?:手続き|ご?注文|ご?予約|ご?変更|交換)[^。\n]{0,10}(?:承りました|変更いたしました|手配いたしました|完了いたしました)",
    r"(?:AI|人工知能)(?:言語モデル|アシスタント|モデル)?として",
)
"""What the side that helps says, and the side that is helped does not."""

LEAK = Pattern(
    rf"\b(?P<t21>simulat)ed (?:{_PERSON}|conversation|chat|dialogue|interaction|exchange|scenario|call)\b",
    r"\b(?:as|i'm|i am)(?: just| only)? (?:an?|the) (?P<t14>simulat)ed [\w-]+",
    r"\b(?:according to|per|following|as per) my (?:instructions|role|persona|brief|script|character|prompt|scenario)\b",
    r"\buser[- ]simulat(?:or|ion)\b",
    r"\b(?:according to|per|following) (?:the|my|this) (?:test )?(?P<t1>scenario)\b",
    r"\b(?:in|from|by) (?:the|my) (?:test )?(?P<t2>scenario)\b(?! (?:where|that|in which|when|if|of|with|we|i|you|which)\b)",
    r"\b(?:the|my|this) (?:test )?(?P<t23>scenario) (?:says|said|is about|do(?:es)?(?:n't| not)|requires|tells|describes|wants|gives|mentions|states|specifies)\b",
    rf"\bi(?:'m| am) (?:just |only )?(?:role-?)?playing (?:someone|somebody|the (?:role|part)|(?:an?|the) (?:[\w-]+ ){{0,3}}{_PERSON})\b",
    r"\b(?P<t22>character) (?:description|sheet|profile|card)\b",
    r"\bmy (?P<t20>prompt) (?:says|tells|states|instructs|specifies|does(?:n't| not))\b",
    rf"\bmy (?:role|part|job|task) (?:here |in this )?is to (?:act|play|pretend|be (?:an?|the) (?:[\w-]+ )?{_PERSON}|simulate|test)\b",
    r"\bthis is (?:just |only |actually )*a (?P<t3>test|simulation|role-?play)(?:\s*[,.!;:)]|\s*\Z| conversation| scenario| so\b)",
    r"\bin this (?P<t4>simulation|role-?play)\b",
    r"\b(?:the|this) (?P<t24>persona)\b(?! of\b)",
    r"\b(?:in|from|by) my (?:system )?(?P<t25>prompt)\b",
    r"\b(?:test|testing|evaluate|evaluating|assess|assessing) (?:how you (?:handle|respond|react|deal)|your (?:responses?|performance|capabilities|abilities))\b",
    rf"\bi(?:'m| am) not (?:actually )?a real (?:{_PERSON}|human)\b",
    r"\bi(?:'m| am) (?:just |only )?pretending (?:to be|that)\b",
    rf"\b(?:fictional|fictitious) (?:{_PERSON}|order|scenario|situation|case)\b",
    r"\bmy (?:assigned )?persona\b",
    r"\bmy (?:instructions|orders) (?:are|were) (?:not )?to\b",
    r"\bmy system (?P<t17>prompt)\b",
    r"\bmy instructions (?:do(?:n't| not)|did(?:n't| not)|only|require|forbid)\b",
    r"\bmy (?:background|role|scenario|assigned|backstory) (?:information|info|description|instructions|brief|story|details|sheet)\b",
    r"\bi(?:'m| am) (?:just |only )?an? (?:simulated|fictional|fictitious|made-up|role-?played) [\w-]+",
    r"\bi(?:'m| am) (?:supposed|meant) to (?:sound|seem|pretend|behave|come across)\b",
    r"\bfor (?:the purposes? of )?this (?P<t18>test|simulation|role-?play|exercise|scenario)\b",
    r"\bi(?:'ve| have|'m| am| was)(?: been)? (?:instructed|prompted|programmed) to (?:act (?:as|like) |play|pretend|role-?play|behave|be \w+|simulate|pose)\b",
    r"\bi(?:'ve| have|'m| am| was)(?: been)? (?:told|asked|supposed|meant) to (?:act like|pretend|role-?play|pose as|simulate|play the (?:role|part)|act as an?)\b",
    r"\bi(?:'m| am) (?:just |only )?(?P<t19>testing|evaluating) (?:you\b|this (?:agent|assistant|bot|chatbot)|the (?:agent|assistant|chatbot))(?!')",
    r"\[(?:insert|your|my) [^\]\n]{1,40}\]",
    # German
    r"\b(?:laut|gemäß|nach|im|in (?:meinem|dem)) (?P<t5>szenario)\b(?!,? (?:wo|in dem|dass|wenn|bei dem)\b)",
    r"\blaut (?:meinem|diesem) (?P<t15>szenario)\b",
    rf"\bich spiele (?:hier |nur |bloß |lediglich |gerade )*(?:ein(?:e|en)?|die Rolle|den|die) (?:\w+n )?(?:{_PERSON_DE}|eine[rs])\b",
    r"\b(?:laut|gemäß|nach) meine[rnm]? (?:Rolle|Rollenbeschreibung|Anweisung(?:en)?|Vorgaben?|Instruktion(?:en)?)\b",
    r"\b(?:in )?meine[r]? rolle als (?:\w+ )?(?:test|simul|nutzer|kund|benutzer)",
    rf"\bsimulierte[rnms]? {_PERSON_DE}\b|\b(?:bin|als)(?: \w+)? simulierte[rnms]? \w+",
    r"\b(?:nutzer|benutzer|kunden)-?simulator\b",
    r"\bmeine (?:anweisung(?:en)?|instruktion(?:en)?) (?:lautet|lauten|ist|sind|besagt|besagen)\b",
    r"\bdas (?:hier )?ist (?:nur |bloß |lediglich )?eine? (?P<t6>test|simulation|rollenspiel)(?:\s*[,.!;:)]|\s*\Z)",
    r"\bich bin (?:gar )?keine? echte[rs]? \w+",
    r"\bin dieser (?P<t7>simulation)\b",
    r"\bich (?:wurde|bin) (?:angewiesen|programmiert|beauftragt)(?: worden)?, (?:\w+ ){0,4}zu (?:spielen|testen|simulieren)",
    # Spanish
    r"\bsegún (?:el|mi|este) (?P<t8>escenario|guion|guión)\b",
    r"\b(?:el|mi|este) (?P<t16>escenario) (?:no )?(?:dice|indica|menciona|describe|pide|exige|establece)\b",
    r"\ben mi papel (?:de|como)\b",
    r"\bestoy (?:interpretando|simulando|haciendo el papel)\b",
    rf"\b{_PERSON_ES} simulad[oa]\b",
    r"\bsimulador de usuarios?\b",
    r"\bsegún mi(?:s)? (?:instrucciones|papel|rol|personaje|guion|guión)\b",
    r"\bmis instrucciones (?:son|dicen|indican)\b",
    r"\besto es (?:solo |sólo |solamente )?una (?P<t9>simulación|prueba)(?:\s*[,.!;:)]|\s*\Z)",
    rf"\bno soy (?:un |una )?{_PERSON_ES} (?:real|de verdad)\b",
    r"\ben esta (?P<t10>simulación)\b",
    r"\bme (?:han )?(?:pidieron|pedido|dijeron|dicho|ordenado) que (?:actúe|interprete|finja|simule)\b",
    # Japanese
    r"この(?P<t26>シミュレーション|ロールプレイ)(?:では|の中)",
    rf"本物の(?:{_PERSON_JA}|人間)では",
    r"テスト(?P<t11>シナリオ)",
    r"(?P<t12>シナリオ)(?:によると|では|に従|に基づ|上|の設定|に(?:は|書))",
    r"ユーザー・?シミュレーター?",
    r"これは(?:ただの|単なる)?(?P<t13>シミュレーション|テスト|ロールプレイ|模擬)(?:です|なので|だ|の会話)",
    rf"{_PERSON_JA}の?役(?:割)?(?:を|として|なので|です)|を演じ(?:て|る)",
    r"(?:\A|。)\s*(?:私の)?指示(?:によると|により、私)",
)
"""A player who speaks of the play. What a group names is no leak where the situation itself is about it."""

ASKS_TO_REPEAT = Pattern(
    r"\b(?:repeat|rephrase|say (?:that|it) again|once more|did(?:n't| not) (?:catch|get|understand)|come again)\b",
    r"\b(?:wiederholen|noch ?mal|nochmals|nicht verstanden|erneut)\b",
    r"\b(?:repetir(?:lo)?|repita|repite|otra vez|de nuevo|no (?:le |te )?(?:he )?entend(?:í|ido))\b",
    r"もう一度|繰り返|聞き取れ|再度",
)
"""An agent that wants to hear the same again."""

REPORTED = Pattern(
    r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」|『[^』\n]*』|`[^`\n]*`|^>.*$"
    r"|\b(?:said|says|wrote|answered|replied|reads|sagte|sagt|schrieb|steht|dijo|dice|decía|escribió)\s*:[^\n]*",
)
"""What somebody else said: between quotation marks, on quoted lines, after "said:"."""

FILLERS = Pattern(
    r"\b(?:please|hi|hello|hey|so|just|really|actually|well|ok|okay|again|still|sorry|oh|um|uh|and|but|help|thanks|then|a|an|the)\b",
    r"\b(?:bitte|hallo|guten tag|also|noch ?mal|nochmals|nun|wirklich|gern|gerne|denn|danke|ja|entschuldigung)\b",
    r"\b(?:hola|por favor|perdón|perdone|disculpe|bueno|pues|otra vez|de nuevo|realmente|gracias)\b",
    r"すみません(?:が)?|すいません(?:が)?|あの[、,]|もう一度|お願いします|お願いいたします",
)
"""Words that make no new message of an old one."""
