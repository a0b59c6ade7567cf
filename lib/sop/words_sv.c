/* Swedish: see words.h. */
#include <stddef.h>

#include "sop/words.h"

static const char *const abbreviations[] = {
    "kl.",    "bl.a.",   "t.ex.",  "ex.",   "nr.",   "ca.",   "jfr.", "jmf.",  "dvs.", "d.v.s.",
    "pga.",   "p.g.a.",  "m.a.o.", "ev.",   "inkl.", "exkl.", "hr.",  "fr.",   "dr.",  "prof.",
    "tel.",   "tfn.",    "avd.",   "max.",  "ang.",  "adr.",  "kap.", "fig.",  "art.", "s.k.",
    "t.o.m.", "fr.o.m.", "f.o.m.", "resp.", "enl.",  "sid.",  "kr.#", "min.#", "st.#", NULL};
static const char *const openers[] = {
    "den",          "det",         "de",           "detta",     "denna",
    "dessa",        "han",         "hon",          "vi",        "du",
    "ni",           "man",         "jag",          "din",       "ditt",
    "dina",         "vår",         "vårt",         "våra",      "deras",
    "hans",         "hennes",      "sin",          "sitt",      "sina",
    "en",           "ett",         "kunden",       "kunder",    "kunderna",
    "medarbetaren", "medarbetare", "medarbetarna", "expediten", "personalen",
    "butiken",      "alla",        "varje",        "ingen",     "någon",
    "vänligen",     "med",         "av",           "utan",      NULL};
static const char *const conditions[] = {"om",    "när",   "innan", "efter", "tills",
                                         "medan", "ifall", "så",    NULL};
static const char *const verbs[] = {
    "fråga",    "säg",      "hälsa",   "tacka",       "ge",         "ta",        "läs",
    "skriv",    "visa",     "hitta",   "hämta",       "be",         "erbjud",    "registrera",
    "skanna",   "scanna",   "stäng",   "öppna",       "tryck",      "välj",      "ange",
    "knappa",   "anteckna", "notera",  "kontrollera", "kolla",      "undersök",  "lägg",
    "sätt",     "ställ",    "skicka",  "ring",        "lyssna",     "upprepa",   "bekräfta",
    "förklara", "packa",    "räkna",   "väg",         "vänta",      "låt",       "använd",
    "gå",       "följ",     "spara",   "skapa",       "avsluta",    "starta",    "stoppa",
    "lämna",    "meddela",  "berätta", "signera",     "se",         "håll",      "hjälp",
    "prova",    "försök",   "le",      "byt",         "stämpla",    "stå",       "fyll",
    "betala",   "svara",    "märk",    "nämn",        "dela",       "fortsätt",  "avvisa",
    "lova",     "gör",      "flytta",  "häng",        "bjud",       "titta",     "markera",
    "nicka",    "peka",     "samla",   "sök",         "återbetala", "returnera", "makulera",
    NULL};
static const char *const joined_verbs[] = {
    "fråga",      "säg",      "ge",      "läs",   "skriv",  "hämta",    "be",       "erbjud",
    "registrera", "skanna",   "scanna",  "välj",  "ange",   "anteckna", "notera",   "kontrollera",
    "kolla",      "undersök", "lägg",    "sätt",  "skicka", "upprepa",  "bekräfta", "förklara",
    "avsluta",    "lämna",    "berätta", "stäng", "öppna",  "ta",       NULL};
static const char *const ands[] = {"och", NULL};
static const char *const objects[] = {"den",  "det",  "de",    "en",    "ett", "din",
                                      "ditt", "dina", "honom", "henne", "dem", NULL};
static const char *const stoppers[] = {"att", "kan", "ska", "skall",  "måste",  "vill", "får",
                                       "som", "om",  "när", "kunden", "kunder", "inte", NULL};
static const char *const joins[] = {"och sedan",   "och därefter", "varefter",
                                    "och efteråt", "och sen",      NULL};
static const samme_phrase tenses[] = {{"blev", "the past"},       {"blivit", "the past"},
                                      {"har varit", "the past"},  {"hade", "the past"},
                                      {"ska bli", "the future"},  {"kommer att", "the future"},
                                      {"ska ha", "the future"},   {"skulle ha", "the past"},
                                      {"bör bli", "the passive"}, {NULL, NULL}};
static const samme_phrase tense_endings[] = {
    {"ades", "the past"}, {"eras", "the passive"}, {NULL, NULL}};
static const samme_phrase wordy[] = {{"se till att", "say what to do"},
                                     {"tillse att", "say what to do"},
                                     {"i enlighet med", "write \"efter\""},
                                     {"beträffande", "write \"om\""},
                                     {"avseende", "write \"om\""},
                                     {"med avseende på", "write \"om\""},
                                     {"i syfte att", "write \"för att\""},
                                     {"vidta åtgärder", "say what to do"},
                                     {"erhålla", "write \"få\""},
                                     {"huruvida", "write \"om\""},
                                     {"såvida inte", "write \"om inte\""},
                                     {"i samband med", "write \"vid\""},
                                     {"för närvarande", "write \"nu\""},
                                     {"snarast möjligt", "say when"},
                                     {"så snart som möjligt", "say when"},
                                     {"vid behov", "say when"},
                                     {"det är viktigt att", "cut it"},
                                     {"observera att", "cut it"},
                                     {"tänk på att", "cut it"},
                                     {"framgent", "write \"från och med nu\""},
                                     {"genomför en", "use the verb alone"},
                                     {"utför en", "use the verb alone"},
                                     {"inhämta", "write \"hämta\""},
                                     {"dylikt", "write \"sådant\""},
                                     {"i det fall", "write \"om\""},
                                     {NULL, NULL}};

const samme_tongue_words samme_words_sv = {
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
    .tense_endings = tense_endings,
    .verb_endings = samme_no_phrases,
    .wordy = wordy,
};
