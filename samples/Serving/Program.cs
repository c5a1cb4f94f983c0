using System.CommandLine;
using Samples;
using Serving;

var classifier = new Option<FileInfo?>("--classifier") { Description = "A saved classifier of one column of text, instead of one of the SDK's documentation that is trained first.", HelpName = "file.zip" };
var languageModel = new Option<FileInfo?>("--language-model") { Description = "A saved language model of text, likewise.", HelpName = "file.zip" };
var url = new Option<string>("--url") { Description = "Where to listen.", DefaultValueFactory = _ => "http://localhost:5080" };
var mostWaiting = new Option<int>("--most-waiting") { Description = "Requests that may wait; further ones are told to come back (503).", DefaultValueFactory = _ => 1000 };
var isShort = new Option<bool>("--short") { Description = "Trains on few rows, asks the service one thing of each kind, and ends: to see that it runs." };

var command = new RootCommand("Serves a classifier and a language model over HTTP.") { classifier, languageModel, url, mostWaiting, isShort };
command.SetAction(arguments => Terminal.Run(() =>
{
    var models = ModelSource.LoadOrTrain(arguments.GetValue(classifier), arguments.GetValue(languageModel), arguments.GetValue(isShort));
    using var service = new Service(models, arguments.GetValue(isShort) ? "http://127.0.0.1:0" : arguments.GetValue(url)!, arguments.GetValue(mostWaiting));
    service.StartAsync().GetAwaiter().GetResult();
    Console.WriteLine($"Listening on {service.Address}");
    if (arguments.GetValue(isShort))
        Trial.RunAsync(service.Address).GetAwaiter().GetResult();
    else
        service.WaitForShutdown();
}));
return command.Parse(args).Invoke();
