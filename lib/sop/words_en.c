/* English: see words.h. */
#include <stddef.h>

#include "sop/words.h"

static const char *const abbreviations[] = {"e.g.",  "i.e.",  "mr.",   "mrs.",  "ms.",     "dr.",
                                            "prof.", "st.",   "vs.",   "cf.",   "approx.", "incl.",
                                            "excl.", "dept.", "tel.",  "fig.",  "no.#",    "p.#",
                                            "pp.#",  "ext.#", "max.#", "min.#", NULL};
static const char *const openers[] = {
    "a",         "an",        "the",   "this",   "that",    "these",    "those",     "it",
    "he",        "she",       "they",  "we",     "you",     "i",        "your",      "his",
    "her",       "their",     "our",   "my",     "its",     "there",    "please",    "kindly",
    "customer",  "customers", "clerk", "clerks", "staff",   "employee", "employees", "each",
    "every",     "all",       "any",   "some",   "both",    "nobody",   "somebody",  "someone",
    "everybody", "everyone",  "with",  "by",     "without", NULL};
static const char *const conditions[] = {"if",     "when",  "once",  "before",   "after",
                                         "unless", "until", "while", "whenever", NULL};
static const char *const verbs[] = {
    "ask",     "check",    "scan",   "give",   "take",      "tell",      "say",      "greet",
    "thank",   "write",    "record", "open",   "close",     "press",     "choose",   "select",
    "enter",   "type",     "look",   "find",   "count",     "put",       "place",    "show",
    "offer",   "explain",  "listen", "read",   "repeat",    "confirm",   "call",     "ring",
    "send",    "print",    "sign",   "hand",   "return",    "refund",    "note",     "inspect",
    "weigh",   "remove",   "add",    "pack",   "keep",      "hold",      "wait",     "stop",
    "start",   "go",       "walk",   "invite", "apologise", "apologize", "let",      "use",
    "do",      "don't",    "never",  "always", "get",       "bring",     "register", "log",
    "compare", "name",     "answer", "follow", "make",      "turn",      "fill",     "leave",
    "move",    "pick",     "report", "search", "smile",     "state",     "store",    "tear",
    "test",    "treat",    "try",    "verify", "void",      "wrap",      "charge",   "cancel",
    "finish",  "continue", "help",   "set",    "see",       "end",       "begin",    "mark",
    "attach",  "fetch",    "hang",   "lay",    "pass",      "pay",       "point",    "pull",
    "push",    "quote",    "reach",  "remind", "save",      "speak",     "stamp",    "stick",
    "tick",    NULL};
static const char *const joined_verbs[] = {
    "ask",       "give",      "tell",  "greet",  "thank",   "choose", "select",  "enter",  "put",
    "explain",   "listen",    "read",  "repeat", "confirm", "send",   "inspect", "remove", "add",
    "apologise", "apologize", "bring", "say",    "take",    "find",   "scan",    "print",  "press",
    "open",      "close",     "write", "fetch",  "remind",  NULL};
static const char *const ands[] = {"and", "then", NULL};
static const char *const objects[] = {"the", "a", "an", "your", "it", "him", "her", "them", NULL};
static const char *const stoppers[] = {"to",   "can",      "may",   "must", "will", "should",
                                       "that", "who",      "which", "if",   "when", "you",
                                       "they", "customer", "how",   NULL};
static const char *const joins[] = {"and then",       "and after that", "after which", "and also",
                                    "and afterwards", "and next",       NULL};
static const samme_phrase tenses[] = {{"was", "the past"},
                                      {"were", "the past"},
                                      {"has been", "the past"},
                                      {"have been", "the past"},
                                      {"had", "the past"},
                                      {"will", "the future"},
                                      {"shall", "the future"},
                                      {"should be", "what ought to be"},
                                      {"must be", "what ought to be"},
                                      {"needs to be", "what ought to be"},
                                      {"need to be", "what ought to be"},
                                      {"is to be", "what ought to be"},
                                      {"are to be", "what ought to be"},
                                      {"would", "what might be"},
                                      {NULL, NULL}};
static const samme_phrase verb_endings[] = {
    {"ed", ""}, {"ed", "e"}, {"ing", ""}, {"ing", "e"}, {NULL, NULL}};
static const samme_phrase wordy[] = {{"make sure", "say what to check"},
                                     {"ensure that", "say what to check"},
                                     {"in order to", "write \"to\""},
                                     {"utilise", "write \"use\""},
                                     {"utilize", "write \"use\""},
                                     {"leverage", "write \"use\""},
                                     {"facilitate", "write \"help\""},
                                     {"prior to", "write \"before\""},
                                     {"subsequent to", "write \"after\""},
                                     {"in the event that", "write \"if\""},
                                     {"in the event of", "write \"if\""},
                                     {"at this point in time", "write \"now\""},
                                     {"going forward", "write \"from now on\""},
                                     {"as per", "write \"by\""},
                                     {"with regard to", "write \"about\""},
                                     {"with regards to", "write \"about\""},
                                     {"with respect to", "write \"about\""},
                                     {"due to the fact that", "write \"because\""},
                                     {"please note that", "cut it"},
                                     {"it is important to", "cut it"},
                                     {"it is important that", "cut it"},
                                     {"asap", "say when"},
                                     {"in a timely manner", "say when"},
                                     {"as soon as possible", "say when"},
                                     {"if necessary", "say when"},
                                     {"commence", "write \"begin\""},
                                     {"endeavour to", "write \"try to\""},
                                     {"be advised that", "cut it"},
                                     {"for the purpose of", "write \"for\""},
                                     {"going to have to", "write \"must\""},
                                     {NULL, NULL}};

const samme_tongue_words samme_words_en = {
    .abbreviations = abbreviations,
    .openers = openers,
    .conditions = conditions,
    .verbs = verbs,
    .joined_verbs = joined_verbs,
    .ands = ands,
    .objects = objects,
    .stoppers = stoppers,
    .joins = joins,
    .tenses = tenses,
    .tense_endings = samme_no_phrases,
    .verb_endings = verb_endings,
    .wordy = wordy,
};
