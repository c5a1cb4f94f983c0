using System.CommandLine;
using ExperimentSample;
using Samples;

var data = new Option<FileInfo?>("--data") { Description = "Rows of 'text<TAB>label' to learn from, instead of the SDK's documentation.", HelpName = "file.tsv" };
var minutes = new Option<double>("--minutes") { Description = "Minutes that the experiment may take.", DefaultValueFactory = _ => 10 };
var models = new Option<int?>("--models") { Description = "Most settings to try. With it and --minutes 0 the result is the same on any machine." };
var threads = new Option<int?>("--threads") { Description = "Threads; as many as there are processors if not given." };
var memory = new Option<double?>("--memory") { Description = "Megabytes that trainings may take." };
var folder = new Option<string?>("--folder") { Description = "Keeps the state of the experiment, so that the same command goes on after a crash, or with more minutes." };
var html = new Option<string?>("--html") { Description = "Writes the report to this file.", HelpName = "report.html" };
var skipsLinear = new Option<bool>("--skip-linear") { Description = "Do not enter ML.NET's linear pipeline as a rival." };
var skipsRefit = new Option<bool>("--skip-refit") { Description = "Do not train the best setting once more on all rows." };
var compares = new Option<bool>("--compare") { Description = "Train the default options too, afterwards, and say how they do on the held-out rows." };
var isShort = new Option<bool>("--short") { Description = "A few rows, settings and seconds, to see that it works." };
var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object in the last line." };

var command = new RootCommand("Searches good options for a reversible recurrent network that tells the class of a text, in a given time.")
{
    data, minutes, models, threads, memory, folder, html, skipsLinear, skipsRefit, compares, isShort, json,
};
command.SetAction(arguments =>
{
    var settings = new Settings
    {
        Data = arguments.GetValue(data),
        Minutes = arguments.GetValue(minutes),
        Models = arguments.GetValue(models),
        Threads = arguments.GetValue(threads),
        Memory = arguments.GetValue(memory),
        Folder = arguments.GetValue(folder),
        Html = arguments.GetValue(html),
        SkipsLinear = arguments.GetValue(skipsLinear),
        SkipsRefit = arguments.GetValue(skipsRefit),
        ComparesDefaults = arguments.GetValue(compares),
        IsShort = arguments.GetValue(isShort),
        Json = arguments.GetValue(json),
    };
    return Terminal.Run(() => Search.Run(settings));
});
return command.Parse(args).Invoke();
