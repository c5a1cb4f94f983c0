namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training that can be interrupted and gone on with: a model's bytes and report from options, progress and cancellation.</summary>
internal sealed record CheckpointedRun(
    TrainingOptions Training, Func<TrainingOptions, IProgress<TrainingProgress>?, CancellationToken, (byte[] Model, TrainingReport Report)> Train)
{
    /// <summary>"classifier", "encoder", "streams" or "documents", small and with all that has a state.</summary>
    public static CheckpointedRun Of(string kind)
    {
        if (kind is "streams" or "documents")
        {
            var task = LanguageTask.Random();
            task = task with
            {
                Network = new NetworkOptions { EmbeddingSize = 8, HiddenSize = 8, LayerCount = 2, TieEmbeddings = true, SkipConnections = true },
                Model = new LanguageModelOptions
                {
                    Layout = kind == "streams" ? TextLayout.Streams : TextLayout.Documents,
                    WindowLength = 10,
                    VariesWindowLength = true,
                    EmbeddingDropout = 0.1f,
                    WeightDropout = 0.2f,
                    SoftmaxSamples = 5,
                },
            };
            return new CheckpointedRun(Options(task.Training), (training, progress, cancellation) =>
            {
                var (model, report) = (task with { Training = training }).Run(progress, null, cancellation);
                return (Models.Bytes(model), report);
            });
        }
        var toy = ToyTask.Random(40);
        return kind == "classifier"
            ? new CheckpointedRun(Options(toy.Training), (training, progress, cancellation) =>
            {
                var (model, report) = (toy with { Training = training }).Run(progress, cancellation);
                return (Models.Bytes(model), report);
            })
            : new CheckpointedRun(Options(toy.Training), (training, progress, cancellation) =>
            {
                var (model, report) = (toy with { Training = training }).RunEncoder(progress, cancellation);
                return (Models.Bytes(model), report);
            });
    }

    public (byte[] Model, TrainingReport Report) Run() => Train(Training, null, default);

    /// <summary>Ends after an epoch, whose checkpoint has then been written.</summary>
    public (byte[] Model, TrainingReport Report) RunUntil(int epoch)
    {
        using var source = new CancellationTokenSource();
        return Train(Training, new Listener(progress =>
        {
            if (progress.Epoch == epoch && progress.EpochFraction == 1)
                source.Cancel();
        }), source.Token);
    }

    public CheckpointedRun With(Func<TrainingOptions, TrainingOptions> change) => this with { Training = change(Training) };

    private static TrainingOptions Options(TrainingOptions training) =>
        training with { MaximumEpochs = 5, Dropout = 0.2f, WeightDecay = 0.01f, ValidationFraction = 0.2f };
}
