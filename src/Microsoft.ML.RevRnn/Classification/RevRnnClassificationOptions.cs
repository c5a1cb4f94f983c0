namespace Microsoft.ML.RevRnn;

/// <summary>Options of the classification trainers, <c>MulticlassClassification.Trainers.RevLstm</c> and <c>RevGru</c>.</summary>
/// <remarks>The label is a key. The score is a vector with the probability of each class, and the predicted label is the most probable one.</remarks>
public sealed class RevRnnClassificationOptions : RevRnnTrainerOptions
{
    /// <summary>
    /// How the model is made smaller when it has been trained: which of its neurons are kept, and trained further as <see cref="RevRnnOptions.Training"/> says, with a checkpoint beside
    /// that of the training, whose name ends in <c>.smaller</c>. A training that paused or was cancelled gives the whole model. Null to keep all neurons; a trained model can be made
    /// smaller later too, by its <c>Shrink</c>.
    /// </summary>
    public ShrinkOptions? NeuronSelection { get; set; }

    internal override ShrinkOptions? Selection => NeuronSelection;
}
