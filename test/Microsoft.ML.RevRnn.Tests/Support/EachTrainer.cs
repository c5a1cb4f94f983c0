namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>What the trainers of all kinds can do alike.</summary>
internal static class EachTrainer
{
    /// <summary>Options for texts: tags need no keys but their own.</summary>
    public static RevRnnTrainerOptions Options(TrainerKind kind)
    {
        RevRnnTrainerOptions options = kind switch
        {
            TrainerKind.Binary => Small.Binary(),
            TrainerKind.MultiLabel => Small.MultiLabel(),
            _ => Small.Tagging(),
        };
        options.TextColumnName = "Text";
        return options;
    }

    /// <summary>Trains a RevLSTM on <see cref="Trained.Tagged"/>.</summary>
    public static RevRnnPredictionTransformer Fit(MLContext context, RevRnnTrainerOptions options, int rows = 40)
        => Fit(context, options, Trained.Tagged(rows));

    /// <summary>Trains a RevLSTM on data with the columns of <see cref="Trained.Tagged"/>.</summary>
    public static RevRnnPredictionTransformer Fit(MLContext context, RevRnnTrainerOptions options, IDataView data) => options switch
    {
        RevRnnBinaryClassificationOptions binary => context.BinaryClassification.Trainers.RevLstm(binary).Fit(data),
        RevRnnMultiLabelOptions multiLabel => context.MulticlassClassification.Trainers.RevLstmMultiLabel(multiLabel).Fit(data),
        _ => context.MulticlassClassification.Trainers.RevLstmTagger((RevRnnTaggingOptions)options).Fit(data),
    };
}
