using System.CommandLine;
using Microsoft.ML.RevRnn.Benchmarks;

// One rank of a job is enough to tell what all have measured.
if (RanksSuite.Rank > 0)
    Console.SetOut(TextWriter.Null);
ISuite[] suites = [new GemmSuite(), new StepSuite(), new StagesSuite(), new TextSuite(), new PeersSuite(), new DeviceSuite(), new JobSuite(), new MemorySuite(), new LostBitsSuite(), new PredictSuite(), new ScoringSuite(), new ServingSuite(), new LanguageSuite(), new CacheSuite(), new SentenceSuite(), new ShrinkSuite(), new TranslationSuite(), new AccuracySuite(), new MemoryTasksSuite(), new StudySuite(), new RanksSuite(), new OnnxSuite(), new PrecisionSuite()];

var suite = new Argument<string>("suite")
{
    Description = $"What to measure: {string.Join("; ", suites.Select(s => $"{s.Name}: {s.Title}"))}; all of it.",
};
suite.AcceptOnlyFromAmong([.. suites.Select(s => s.Name), "all"]);
var threads = new Option<int>("--threads") { Description = "Threads, of a peer too.", DefaultValueFactory = _ => 1 };
var filter = new Option<string>("--filter")
{
    Description = "Run only the cases whose name holds this.",
    HelpName = "text",
    DefaultValueFactory = _ => "",
};
var json = new Option<bool>("--json") { Description = "Print one JSON object a line." };
var markdown = new Option<bool>("--markdown") { Description = "Print Markdown: what docs/performance-tables.md is made of." };
var plot = new Option<FileInfo?>("--svg") { Description = "Draw the memory suite's curves into this file.", HelpName = "file.svg" };
var data = new Option<DirectoryInfo?>("--data")
{
    Description = "The texts of suites that read any: a folder with ptb/valid.txt, wikitext2/valid.txt, shakespeare/input.txt, sst2 and multi30k; without, a folder shared/data found here or further up.",
    HelpName = "folder",
    DefaultValueFactory = _ => LanguageCorpus.FindFolder(),
};
var child = new Option<string?>("--memory-case") { Hidden = true };

var command = new RootCommand("Measures the engine: speed, memory and exactness.") { suite, threads, filter, json, markdown, plot, data, child };
command.SetAction(arguments =>
{
    if (arguments.GetValue(child) is { } name)
    {
        MemoryChild.Run(name, arguments.GetValue(threads));
        return 0;
    }
    var settings = new Settings
    {
        Threads = arguments.GetValue(threads),
        Filter = arguments.GetValue(filter)!,
        Plot = arguments.GetValue(plot),
        Data = arguments.GetValue(data),
    };
    if (settings.Threads < 1)
    {
        Console.Error.WriteLine($"--threads is {settings.Threads}; it must be at least 1.");
        return 1;
    }
    var isAll = arguments.GetValue(suite) == "all";
    IReport report = arguments.GetValue(json) ? new JsonReport() : arguments.GetValue(markdown) ? new MarkdownReport(isAll) : new TableReport();
    foreach (var chosen in suites.Where(s => isAll || s.Name == arguments.GetValue(suite)))
    {
        report.Begin(chosen, settings);
        chosen.Run(settings, report);
        report.End();
    }
    return 0;
});
return command.Parse(args).Invoke();
