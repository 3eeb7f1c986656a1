// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The shapes of what goes in and out, as JSON Schema: shown in the OpenAPI document, and bodies are
// checked against them (http_check.c). Written with ' where JSON has ", so that they can be read.
#include "serve/http_inside.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define OBJECT(required, properties) \
    "{'type':'object','required':[" required "],'properties':{" properties "}}"
#define CLOSED(required, properties)                                      \
    "{'type':'object','additionalProperties':false,'required':[" required \
    "],'properties':{" properties "}}"
#define STRING "{'type':'string'}"
#define NUMBER "{'type':'number'}"
#define INTEGER "{'type':'integer'}"
#define FLAG "{'type':'boolean'}"
#define MAYBE(type) "{'type':['" type "','null']}"
#define MAYBE_WITHIN(type, min, max) \
    "{'type':['" type "','null'],'minimum':" min ",'maximum':" max "}"
#define WITHIN(type, min, max) "{'type':'" type "','minimum':" min ",'maximum':" max "}"
#define UP_TO(characters) "{'type':'string','maxLength':" characters "}"
#define SOME_UP_TO(characters) "{'type':'string','minLength':1,'maxLength':" characters "}"
#define SAYS(type, text) "{'type':'" type "','description':'" text "'}"
#define LIST(items) "{'type':'array','items':" items "}"
#define REF(name) "{'$ref':'#/components/schemas/" name "'}"
#define ANY_OBJECT "{'type':'object'}"
#define REALITY "{'enum':['real','degraded','absent']}"
#define LAYERS "'rhythm','bass','harmony','lead','textures','vocals'"

// clang-format off

static const struct {
    const char *name, *text;
} rows[] = {
    {"Problem", OBJECT("'type','title','status','detail','code'",
        "'type':" STRING ",'title':" STRING ",'status':" INTEGER ",'detail':" STRING
        ",'code':" SAYS("string", "a name of docs/reference/errors.md")
        ",'at':" SAYS("integer", "byte of the line") ",'hint':" SAYS("string", "the nearest valid thing")
        ",'allow':" STRING ",'replies':" LIST(REF("Reply")) ",'version':" INTEGER)},
    {"Nothing", "{'type':'object','description':'no members are needed'}"},

    // commands
    {"Line", CLOSED("'line'",
        "'line':{'type':'string','minLength':1,'maxLength':65536,'examples':['set bass.cutoff 500']}"
        ",'author':" SOME_UP_TO("31")
        ",'if_version':{'type':'integer','minimum':0,'description':'fail unless the session is at this version'}")},
    {"Arguments", SAYS("object", "arguments by name; the path of each command has its shape")},
    {"Reply", OBJECT("'id','ok','version'",
        "'id':" INTEGER ",'ok':" FLAG ",'version':" INTEGER ",'text':" SAYS("string", "for people")
        ",'result':" ANY_OBJECT ",'at':" OBJECT("'bar','beat'", "'bar':" NUMBER ",'beat':" NUMBER)
        ",'warnings':" LIST(STRING)
        ",'error':" OBJECT("'code','message'",
            "'code':" STRING ",'message':" STRING ",'at':" INTEGER ",'hint':" STRING))},
    {"Replies", OBJECT("'replies','version'", "'replies':" LIST(REF("Reply")) ",'version':" INTEGER)},
    {"Argument", OBJECT("'name','type','optional'",
        "'name':" STRING ",'type':" STRING ",'optional':" FLAG ",'key':" FLAG ",'before':" STRING
        ",'after':" LIST(STRING) ",'unit':" STRING ",'min':" NUMBER ",'max':" NUMBER
        ",'default':" STRING ",'choices':" LIST(STRING) ",'text':" STRING)},
    {"Scope", "{'enum':['read','play','admin']}"},
    {"Command", OBJECT("'name','group','usage','help','kind','status','args','examples','scope'",
        "'name':" STRING ",'group':" STRING ",'usage':" STRING ",'help':" STRING ",'more':" STRING
        ",'kind':{'enum':['edit','macro','query','control']},'status':{'enum':['real','absent']}"
        ",'absent':" STRING ",'args':" LIST(REF("Argument")) ",'examples':" LIST(STRING)
        ",'scope':" REF("Scope"))},
    {"Commands", OBJECT("'groups','commands'",
        "'groups':" LIST(OBJECT("'name','title'", "'name':" STRING ",'title':" STRING))
        ",'commands':" LIST(REF("Command")))},
    {"Completion", OBJECT("'at','words'",
        "'at':" SAYS("integer", "byte where the word begins") ",'words':" LIST(STRING))},

    // session
    {"Param", OBJECT("'name','path','value','text','unit','curve','min','max','default'",
        "'name':" STRING ",'path':" SAYS("string", "as set takes it") ",'value':" NUMBER ",'text':" STRING
        ",'unit':" STRING ",'curve':{'enum':['lin','exp','int','enum','bool']},'min':" NUMBER
        ",'max':" NUMBER ",'default':" NUMBER ",'choices':" LIST(STRING))},
    {"Rack", OBJECT("'name','recipe','source','bypass','params'",
        "'name':" STRING ",'recipe':" STRING ",'source':" SAYS("boolean", "false: an effect behind it")
        ",'bypass':" FLAG ",'params':" LIST(REF("Param")))},
    {"Part", OBJECT("'verb','text','options','from','until'",
        "'verb':" STRING ",'text':" STRING ",'options':" STRING ",'from':" MAYBE("number")
        ",'until':" MAYBE("number"))},
    {"Unit", OBJECT("'name','kind','recipe','gain','pan','spread','glide','voices','muted','solo',"
        "'playing','detached','author','racks','patterns'",
        "'name':" STRING ",'kind':{'enum':['instrument','effect','bus','out']},'recipe':" STRING
        ",'gain':" SAYS("number", "dB") ",'pan':" NUMBER ",'spread':" NUMBER ",'glide':" SAYS("number", "s")
        ",'voices':" INTEGER ",'muted':" FLAG ",'solo':" FLAG ",'playing':" FLAG ",'detached':" FLAG
        ",'author':" STRING ",'racks':" LIST(REF("Rack")) ",'patterns':" LIST(REF("Part")))},
    {"Route", OBJECT("'from','to','send','amount'",
        "'from':" STRING ",'to':" STRING ",'send':" FLAG ",'amount':" NUMBER ",'param':" STRING)},
    {"Position", OBJECT("'beats','bar','beat','bpm','heard'",
        "'beats':" SAYS("number", "quarter notes since the start") ",'bar':" SAYS("number", "from 1")
        ",'beat':" SAYS("number", "of the bar, from 1") ",'bpm':" NUMBER
        ",'heard':" SAYS("integer", "version that sounds"))},
    {"Session", OBJECT("'version','seed','tempo','meter','bar_beats','swing','key','units','routes',"
        "'scenes','song','waiting','playing','position'",
        "'version':" INTEGER ",'seed':" INTEGER ",'tempo':" NUMBER ",'meter':" STRING
        ",'bar_beats':" SAYS("number", "quarter notes in a bar") ",'swing':" NUMBER ",'key':" STRING
        ",'units':" LIST(REF("Unit")) ",'routes':" LIST(REF("Route"))
        ",'scenes':" LIST(OBJECT("'name','units'", "'name':" STRING ",'units':" LIST(STRING)))
        ",'song':" LIST(OBJECT("'scene','bars'", "'scene':" STRING ",'bars':" INTEGER))
        ",'waiting':" LIST(OBJECT("'beat','every','line','author'",
            "'beat':" NUMBER ",'every':" NUMBER ",'line':" STRING ",'author':" STRING))
        ",'playing':" FLAG ",'position':" REF("Position"))},
    {"Meters", OBJECT("'master','units','loudness','playing','position'",
        "'master':{'type':'array','items':" NUMBER ",'minItems':2,'maxItems':2,"
            "'description':'peaks left and right, full scale 1'}"
        ",'units':{'type':'object','additionalProperties':" NUMBER "},'loudness':" ANY_OBJECT
        ",'spectrum':" MAYBE("object") ",'transport':" MAYBE("object")
        ",'playing':" FLAG ",'position':" REF("Position"))},

    // jobs
    {"JobState", "{'enum':['queued','running','succeeded','failed','cancelled','interrupted']}"},
    {"Job", OBJECT("'id','line','class','state','priority','progress','stage','author','created','tries'",
        "'id':" INTEGER ",'line':" STRING ",'class':" STRING ",'state':" REF("JobState")
        ",'priority':" INTEGER ",'progress':" WITHIN("number", "0", "1") ",'stage':" MAYBE("string")
        ",'eta_s':" MAYBE("number") ",'author':" STRING ",'created':" SAYS("number", "Unix seconds")
        ",'started':" MAYBE("number") ",'ended':" MAYBE("number") ",'after':" LIST(INTEGER)
        ",'tries':" INTEGER ",'log':" MAYBE("string") ",'take':" MAYBE("integer")
        ",'error':{'type':['object','null'],'properties':{'code':" STRING ",'message':" STRING "}}"
        ",'result':" MAYBE("object"))},
    {"Jobs", OBJECT("'jobs','counts'",
        "'jobs':" LIST(REF("Job")) ",'counts':{'type':'object','additionalProperties':" INTEGER "}")},
    {"JobAnswer", OBJECT("'job'", "'job':" REF("Job"))},
    {"JobRequest", CLOSED("'line'",
        "'line':{'type':'string','minLength':1,'maxLength':65536,'examples':['render 8 bars \\\"a.wav\\\"']}"
        ",'author':" SOME_UP_TO("31") ",'priority':" WITHIN("integer", "-100", "100")
        ",'after':{'type':'array','maxItems':64,'items':" WITHIN("integer", "1", "1000000000000") "}"
        ",'timeout_s':" WITHIN("number", "1", "604800"))},

    // takes
    {"Take", OBJECT("'id','name','path','hash','kind','author','created','bytes','duration_s','rate','channels','rating','tags','kept','job'",
        "'id':" INTEGER ",'name':" STRING ",'path':" STRING ",'hash':" SAYS("string", "BLAKE2b of the file")
        ",'kind':" STRING ",'author':" STRING ",'created':" SAYS("number", "Unix seconds")
        ",'bytes':" INTEGER ",'duration_s':" MAYBE("number") ",'rate':" INTEGER ",'channels':" INTEGER
        ",'rating':" WITHIN("integer", "0", "5") ",'tags':" LIST(STRING) ",'kept':" FLAG
        ",'job':" MAYBE("integer") ",'receipt':" REF("Receipt"))},
    {"Receipt", OBJECT("'format','veery','made','author','line','session','render','inputs','pcm','file','measured'",
        "'format':" STRING ",'veery':" STRING ",'made':" NUMBER ",'author':" STRING ",'line':" STRING
        ",'session':" ANY_OBJECT ",'render':" ANY_OBJECT ",'inputs':" LIST(ANY_OBJECT) ",'pcm':" STRING
        ",'file':" ANY_OBJECT ",'measured':" ANY_OBJECT ",'licence':" STRING)},
    {"Takes", OBJECT("'takes','count','bytes'",
        "'takes':" LIST(REF("Take")) ",'count':" INTEGER ",'bytes':" INTEGER)},
    {"TakeAnswer", OBJECT("'take'", "'take':" REF("Take"))},
    {"TakeGone", OBJECT("'removed'", "'removed':" INTEGER)},
    {"TakeRequest", "{'type':'object','additionalProperties':false,'properties':{"
        "'bars':" WITHIN("number", "0.0625", "100000") ",'seconds':" WITHIN("number", "0.0625", "10800")
        ",'name':{'type':'string','maxLength':119},'priority':" WITHIN("integer", "-100", "100") "}}"},
    {"TakeChange", "{'type':'object','additionalProperties':false,'properties':{"
        "'name':{'type':'string','minLength':1,'maxLength':119},'rating':" WITHIN("integer", "0", "5")
        ",'kept':" FLAG ",'tags':{'type':'array','maxItems':32,'items':{'type':'string','minLength':1,'maxLength':38}}}}"},
    {"Peaks", OBJECT("'min','max'", "'min':" LIST(LIST(NUMBER)) ",'max':" LIST(LIST(NUMBER)))},

    // library
    {"Sounds", OBJECT("'sounds'", "'sounds':" LIST(ANY_OBJECT) ",'words':" LIST(ANY_OBJECT) ",'query':" ANY_OBJECT)},

    // studio
    {"Capability", OBJECT("'name','state','why'", "'name':" STRING ",'state':" REALITY ",'why':" STRING)},
    {"Status", OBJECT("'capabilities','session'",
        "'capabilities':" LIST(REF("Capability")) ",'session':" ANY_OBJECT ",'device':" ANY_OBJECT
        ",'transport':" ANY_OBJECT ",'health':" ANY_OBJECT)},
    {"Models", OBJECT("'models','session'",
        "'models':" LIST(OBJECT("'id','kind','state','text'",
            "'id':" STRING ",'kind':" STRING ",'state':" REALITY ",'text':" STRING))
        ",'session':" SAYS("string", "what model_id session of /generate does"))},
    {"Settings", OBJECT("'settings'",
        "'settings':" LIST(OBJECT("'name','type','value'",
            "'name':" STRING ",'type':" STRING ",'value':{},'default':{},'from':" STRING ",'where':" STRING
            ",'live':" FLAG ",'text':" STRING)) ",'file':" STRING)},
    {"Document", ANY_OBJECT},
    {"Health", OBJECT("'status','timestamp','uptime_s','why','default_model_id','available_backends',"
        "'warmup_complete','session_count'",
        "'status':{'enum':['ok','degraded','unhealthy']},'timestamp':" STRING ",'uptime_s':" NUMBER
        ",'why':" LIST(STRING) ",'default_model_id':" STRING ",'available_backends':" LIST(STRING)
        ",'warmup_complete':" FLAG ",'session_count':" INTEGER)},
    {"Ready", OBJECT("'ready','issues','timestamp'",
        "'ready':" FLAG ",'issues':" LIST(STRING) ",'timestamp':" STRING ",'device':" STRING)},

    // the routes of the plans
    {"GenerationRequest", CLOSED("'prompt'",
        "'prompt':" SOME_UP_TO("512") ",'seed':" MAYBE_WITHIN("integer", "0", "9007199254740991")
        ",'duration_seconds':{'type':'number','minimum':1,'maximum':300,'description':'8 when left out'}"
        ",'model_id':{'type':'string','minLength':1,'maxLength':128,'description':'session when left out'}"
        ",'session_id':{'type':['string','null'],'minLength':8,'maxLength':64}"
        ",'mode':{'enum':['full_track','motif','clip']},'clip_layer':{'enum':[" LAYERS ",null]}"
        ",'clip_scene_index':" MAYBE_WITHIN("integer", "0", "2") ",'clip_bars':" MAYBE_WITHIN("integer", "1", "64")
        ",'cfg_scale':" MAYBE_WITHIN("number", "0", "20")
        ",'scheduler':{'type':['string','null'],'maxLength':64}"
        ",'riffusion_num_inference_steps':" MAYBE_WITHIN("integer", "1", "200")
        ",'riffusion_guidance_scale':" MAYBE_WITHIN("number", "0", "20")
        ",'riffusion_scheduler':{'type':['string','null'],'maxLength':64}"
        ",'musicgen_top_k':" MAYBE_WITHIN("integer", "0", "2048") ",'musicgen_top_p':" MAYBE_WITHIN("number", "0", "1")
        ",'musicgen_temperature':" MAYBE_WITHIN("number", "0", "4")
        ",'musicgen_cfg_coef':" MAYBE_WITHIN("number", "0", "20")
        ",'musicgen_two_step_cfg':" MAYBE("boolean")
        ",'output_sample_rate':" MAYBE_WITHIN("integer", "8000", "192000")
        ",'output_bit_depth':{'enum':['pcm16','pcm24','pcm32','float32',null]}"
        ",'output_format':{'enum':['wav',null]},'plan':" MAYBE("object"))},
    {"GenerationStatus", OBJECT("'job_id','state','progress','message','updated_at'",
        "'job_id':" STRING ",'state':{'enum':['queued','running','succeeded','failed']}"
        ",'progress':" WITHIN("number", "0", "1") ",'message':" MAYBE("string") ",'updated_at':" STRING)},
    {"GenerationArtifact", OBJECT("'job_id','artifact_path','metadata'",
        "'job_id':" STRING ",'artifact_path':" STRING
        ",'metadata':" OBJECT("'prompt','seed','model_id','duration_seconds','extras','plan'",
            "'prompt':" STRING ",'seed':" MAYBE("integer") ",'model_id':" STRING ",'duration_seconds':" NUMBER
            ",'extras':" ANY_OBJECT ",'plan':" MAYBE("object")))},
    {"SessionRequest", CLOSED("",
        "'name':" UP_TO("64") ",'prompt':" UP_TO("512") ",'tempo_bpm':" WITHIN("number", "40", "300")
        ",'key':" UP_TO("32") ",'time_signature':" UP_TO("8"))},
    {"SessionSummary", OBJECT("'session_id','created_at','updated_at','name','tempo_bpm','key','time_signature','clip_count','clips'",
        "'session_id':" STRING ",'created_at':" STRING ",'updated_at':" STRING ",'name':" STRING
        ",'tempo_bpm':" NUMBER ",'key':" STRING ",'time_signature':" STRING ",'seed_job_id':" MAYBE("string")
        ",'seed_prompt':" MAYBE("string") ",'seed_plan':" MAYBE("object") ",'theme':" MAYBE("object")
        ",'motif':" MAYBE("object") ",'clip_count':" INTEGER ",'clips':" LIST(ANY_OBJECT))},
    {"ClipRequest", CLOSED("'layer'",
        "'layer':{'enum':[" LAYERS "]},'prompt':" UP_TO("512") ",'bars':" MAYBE_WITHIN("integer", "1", "64")
        ",'scene_index':" MAYBE_WITHIN("integer", "0", "2") ",'generation':" REF("GenerationRequest"))},
};
#define ROWS (sizeof rows / sizeof *rows)

// clang-format on

static json_t *read_row(const char *text)
{
    char *const copy = strdup(text);
    for (char *p = copy; p && *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_t *const json = copy ? json_loads(copy, JSON_DECODE_ANY, NULL) : NULL;
    free(copy);
    return json;
}

json_t *vy_http_schemas(void)
{
    json_t *const all = json_object();
    for (size_t i = 0; i < ROWS; i++)
        if (json_object_set_new(all, rows[i].name, read_row(rows[i].text))) {
            json_decref(all); // a row that is no JSON is never released: the test looks
            return NULL;
        }
    return all;
}

// ---- verbs --------------------------------------------------------------------------------------

static json_t *number_json(const struct vy_arg *arg)
{
    json_t *const out = json_pack("{s:[s,s]}", "type", "number", "string");
    if (arg->min < arg->max)
        json_object_update_new(out,
                               json_pack("{s:f,s:f}", "minimum", arg->min, "maximum", arg->max));
    return out;
}

static json_t *type_json(const struct vy_arg *arg)
{
    switch (arg->type) {
    case VY_ARG_NAME:
    case VY_ARG_NEW_NAME:
    case VY_ARG_PATH:
    case VY_ARG_PATTERN:
    case VY_ARG_REST:
    case VY_ARG_TEXT:
    case VY_ARG_METRIC: return json_pack("{s:s}", "type", "string");
    case VY_ARG_WORD: return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
    case VY_ARG_NUMBER: return number_json(arg);
    case VY_ARG_CHOICE: return json_pack("{s:o}", "enum", vy_json_choices(arg->choices));
    case VY_ARG_OPERATOR: return json_pack("{s:[s,s,s,s,s]}", "enum", "<", "<=", "=", ">=", ">");
    case VY_ARG_PAIRS:
        return json_pack("{s:s,s:{s:[s,s,s]}}", "type", "object", "additionalProperties", "type",
                         "string", "number", "boolean");
    case VY_ARG_NAMES:
    case VY_ARG_FILES:
    case VY_ARG_ROUTE:
        return json_pack("{s:s,s:{s:s},s:i}", "type", "array", "items", "type", "string",
                         "maxItems", VY_MAX_LIST);
    }
    return json_object();
}

static void describe(json_t *out, const struct vy_arg *arg)
{
    struct vy_buf text = {0};
    if (arg->text)
        vy_buf_add(&text, "%s", arg->text);
    if (arg->unit && *arg->unit)
        vy_buf_add(&text, "%sin %s", text.length ? "; " : "", arg->unit);
    if (arg->def)
        vy_buf_add(&text, "%s%s when left out", text.length ? "; " : "", arg->def);
    if (text.text)
        json_object_set_new(out, "description", json_string(text.text));
    vy_buf_clear(&text);
}

json_t *vy_http_verb_schema(const struct vy_verb *verb)
{
    json_t *const properties = json_object(), *const required = json_array();
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        json_t *const row = type_json(arg);
        describe(row, arg);
        json_object_set_new(properties, arg->name, row);
        if (!arg->optional)
            json_array_append_new(required, json_string(arg->name));
    }
    json_object_set_new(properties, "author",
                        json_pack("{s:s,s:i}", "type", "string", "maxLength", VY_NAME_SIZE - 1));
    json_object_set_new(properties, "if_version",
                        json_pack("{s:s,s:i}", "type", "integer", "minimum", 0));
    if (verb->flags & (VY_VERB_EDIT | VY_VERB_MACRO)) {
        json_object_set_new(
            properties, "dry",
            json_pack("{s:s,s:s}", "type", "boolean", "description", "only try it"));
        json_object_set_new(properties, "when",
                            json_pack("{s:s,s:s}", "type", "string", "description",
                                      "when it happens: \"next bar\", \"bar 9\""));
    }
    return json_pack("{s:s,s:b,s:o,s:o}", "type", "object", "additionalProperties", 0, "required",
                     required, "properties", properties);
}
